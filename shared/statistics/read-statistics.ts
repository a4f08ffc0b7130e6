import type { Stock } from '../cache/count-entries.ts';
import type { DataOf, getCacheStats } from '../contract/routes.ts';
import { type MetricName, PAGE_ERROR_CODES, type PageErrorCode } from '../metrics/names.ts';
import type { DataPoint, MetricQuery, ReadMetrics } from '../metrics/read-metrics.ts';

export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
export const WINDOW_MS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS } as const;
export type WindowName = keyof typeof WINDOW_MS;

/** The metrics whose sums are shown or lead to a recommendation, by what they are called here. */
const SUMS = {
  hits: 'Hits',
  misses: 'Misses',
  stale: 'Stale',
  fallbackRevoked: 'FallbackRevoked',
  errors: 'Errors',
  computationMs: 'ComputationTime',
  calls: 'SpotifyCalls',
  failures: 'SpotifyFailures',
  rateLimited: 'SpotifyRateLimited',
  revocations: 'SpotifyRevocations',
  firstLists: 'FirstLists',
  staleReplaced: 'StaleReplaced',
  toggles: 'Toggles',
  unreadable: 'UnreadableEntries',
} as const satisfies Record<string, MetricName>;

export type Counts = Record<keyof typeof SUMS | 'computations', number>;
export type ErrorCounts = Partial<Record<PageErrorCode, number>>;

const PERCENTILES = ['p50', 'p90', 'p99'] as const;
/** In milliseconds; null where nothing was measured. */
export type Percentiles = Record<(typeof PERCENTILES)[number], number | null>;

/** What the sweep and the size of lists are looked up in: longer than a sweep may be away unnoticed. */
const RECENT_MS = 8 * HOUR_MS;
const RECENT_PERIOD_SECONDS = 300;

/** What the fleet counted within a window, and the lists that there are. */
export interface FleetStatistics {
  fromMs: number;
  toMs: number;
  /** Up to when CloudWatch had the counts. */
  asOfMs: number;
  counts: Counts;
  errorsByCode: ErrorCounts;
  latencyMs: { hit: Percentiles; computation: Percentiles };
  stock: Stock & { bytes: number };
  /** When the last sweep ended, or when there first was something to sweep; undefined: nothing was, lately. */
  unsweptSinceMs: number | undefined;
}

interface ReadDeps {
  readMetrics: ReadMetrics;
  countEntries: (nowMs: number) => Promise<Stock>;
  /** How long CloudWatch takes to have a record, about; a reading is kept as long. */
  delayMs: number;
}

/**
 * Reads back what all instances have told CloudWatch. The window ends with the minute that is now, and is one period:
 * percentiles of parts could not be added up. A reading is kept, for nothing new is there before `delayMs` are over.
 *
 * @throws StorageUnavailable
 */
export function createReadStatistics({ readMetrics, countEntries, delayMs }: ReadDeps) {
  const kept = new Map<WindowName, { readAtMs: number; reading: Promise<FleetStatistics> }>();

  async function read(window: WindowName, nowMs: number): Promise<FleetStatistics> {
    const endMs = Math.ceil((nowMs + 1) / MINUTE_MS) * MINUTE_MS;
    const fromMs = endMs - WINDOW_MS[window];
    const recentFromMs = endMs - RECENT_MS;
    const [found, recent, stock] = await Promise.all([
      readMetrics(WINDOW_QUERIES, { fromMs, toMs: endMs, periodSeconds: WINDOW_MS[window] / 1000 }),
      readMetrics(RECENT_QUERIES, {
        fromMs: recentFromMs,
        toMs: endMs,
        periodSeconds: RECENT_PERIOD_SECONDS,
      }),
      countEntries(nowMs),
    ]);
    return {
      fromMs,
      toMs: nowMs,
      asOfMs: nowMs - delayMs,
      ...countsIn(found),
      latencyMs: { hit: percentilesIn(found, 'hit'), computation: percentilesIn(found, 'computation') },
      stock: { ...stock, bytes: Math.round(stock.entries * meanListBytes(recent)) },
      unsweptSinceMs: unsweptSinceMs(recent),
    };
  }

  return function readStatistics(window: WindowName, nowMs: number): Promise<FleetStatistics> {
    const last = kept.get(window);
    if (last && nowMs - last.readAtMs < delayMs) return last.reading;
    const reading = read(window, nowMs);
    kept.set(window, { readAtMs: nowMs, reading });
    // What failed is asked again by the next.
    reading.catch(() => kept.get(window)?.reading === reading && kept.delete(window));
    return reading;
  };
}

type Found = ReadonlyMap<string, readonly DataPoint[]>;

const percentileQueries = (name: string, metric: MetricName): [string, MetricQuery][] =>
  PERCENTILES.map((stat) => [`${name}_${stat}`, { metric, stat }]);

const WINDOW_QUERIES: Readonly<Record<string, MetricQuery>> = Object.fromEntries([
  ...Object.entries(SUMS).map(([name, metric]): [string, MetricQuery] => [name, { metric, stat: 'Sum' }]),
  ['computations', { metric: 'ComputationTime', stat: 'SampleCount' }],
  ...percentileQueries('hit', 'HitLatency'),
  ...percentileQueries('computation', 'ComputationTime'),
  ...PAGE_ERROR_CODES.map((code) => [`error_${code}`, { metric: 'Errors', stat: 'Sum', code }]),
]);

const RECENT_QUERIES = {
  sweeps: { metric: 'SweepHeartbeat', stat: 'Sum' },
  listBytes: { metric: 'ListBytes', stat: 'Sum' },
  lists: { metric: 'ListBytes', stat: 'SampleCount' },
} as const satisfies Record<string, MetricQuery>;

const sumOf = (found: Found, name: string) =>
  (found.get(name) ?? []).reduce((sum, { value }) => sum + value, 0);

function countsIn(found: Found) {
  const names = [...Object.keys(SUMS), 'computations'];
  const counts = Object.fromEntries(names.map((name) => [name, sumOf(found, name)])) as Counts;
  const byCode = PAGE_ERROR_CODES.map((code) => [code, sumOf(found, `error_${code}`)] as const);
  const errorsByCode: ErrorCounts = Object.fromEntries(byCode.filter(([, count]) => count > 0));
  return { counts, errorsByCode };
}

function percentilesIn(found: Found, name: string): Percentiles {
  const rows = PERCENTILES.map((stat) => [stat, found.get(`${name}_${stat}`)?.at(-1)?.value ?? null]);
  return Object.fromEntries(rows) as Percentiles;
}

/** Of the lists that were stored lately: those that live are among them. */
function meanListBytes(recent: Found): number {
  const lists = sumOf(recent, 'lists');
  return lists === 0 ? 0 : sumOf(recent, 'listBytes') / lists;
}

function unsweptSinceMs(recent: Found): number | undefined {
  const lastSweep = recent.get('sweeps')?.at(-1);
  if (lastSweep) return lastSweep.atMs + RECENT_PERIOD_SECONDS * 1000;
  return recent.get('lists')?.[0]?.atMs;
}

type StatsView = DataOf<typeof getCacheStats>;

/** The figures as `GET /api/cache/stats` answers them, with what they suggest to an operator. Pure. */
export function statsView(
  statistics: FleetStatistics,
  recommendations: StatsView['recommendations'],
): StatsView {
  const { counts, stock, fromMs, toMs, asOfMs, latencyMs } = statistics;
  const { hits, misses, stale, fallbackRevoked, errors } = counts;
  // Nothing counts requests beside their outcomes: the sum is the number.
  const requests = hits + misses + stale + fallbackRevoked + errors;
  const share = (count: number) => (requests === 0 ? 0 : count / requests);
  return {
    window: { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() },
    requests,
    hits,
    misses,
    stale,
    fallback_revoked: fallbackRevoked,
    errors,
    errors_by_code: statistics.errorsByCode,
    hit_rate: share(hits),
    miss_rate: share(misses),
    stale_rate: share(stale + fallbackRevoked),
    error_rate: share(errors),
    entries: stock.entries,
    stale_entries: stock.staleEntries,
    bytes: stock.bytes,
    spotify: {
      computations: counts.computations,
      calls: counts.calls,
      failures: counts.failures,
      rate_limited: counts.rateLimited,
      revocations: counts.revocations,
      avg_computation_ms: average(counts.computationMs, counts.computations),
    },
    latency_ms: latencyMs,
    recommendations,
    as_of: new Date(asOfMs).toISOString(),
  };
}

const average = (sum: number, count: number) => (count === 0 ? 0 : Math.round(sum / count));
