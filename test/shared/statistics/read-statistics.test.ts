import { describe, expect, it, vi } from 'vitest';
import { StorageUnavailable } from '../../../shared/errors.ts';
import type { DataPoint, MetricQuery, ReadMetrics } from '../../../shared/metrics/read-metrics.ts';
import { createReadStatistics, HOUR_MS } from '../../../shared/statistics/read-statistics.ts';
import { NOON } from '../../support/a-clock.ts';

const MINUTE = 60_000;
const DELAY_MS = MINUTE;

/** What CloudWatch has, by metric, figure and code: `Hits Sum`, `Errors Sum COMPUTING`. */
function aFleet(points: Record<string, readonly (readonly [atMs: number, value: number])[]> = {}) {
  const nameOf = ({ metric, stat, code }: MetricQuery) => [metric, stat, code].filter(Boolean).join(' ');
  const readMetrics = vi.fn<ReadMetrics>(async (queries, { fromMs, toMs }) => {
    const within = ([atMs]: readonly [number, number]) => atMs >= fromMs && atMs < toMs;
    const rows = Object.entries(queries).map(([id, query]): [string, DataPoint[]] => [
      id,
      (points[nameOf(query)] ?? []).filter(within).map(([atMs, value]) => ({ atMs, value })),
    ]);
    return new Map(rows);
  });
  const countEntries = vi.fn(async () => ({ entries: 4, staleEntries: 1 }));
  return {
    readMetrics,
    countEntries,
    readStatistics: createReadStatistics({ readMetrics, countEntries, delayMs: DELAY_MS }),
  };
}

describe('the statistics of a window', () => {
  it('are the sums of one period, up to the end of the minute that is now', async () => {
    const { readStatistics, readMetrics } = aFleet({
      'Hits Sum': [[NOON, 7]],
      'Errors Sum': [[NOON, 3]],
      'Errors Sum COMPUTING': [[NOON, 2]],
      'ComputationTime SampleCount': [[NOON, 5]],
      'HitLatency p90': [[NOON, 12.5]],
    });

    const read = await readStatistics('24h', NOON + 1);

    expect(read).toMatchObject({
      counts: { hits: 7, errors: 3, misses: 0, computations: 5 },
      errorsByCode: { COMPUTING: 2 },
      latencyMs: { hit: { p50: null, p90: 12.5, p99: null } },
      stock: { entries: 4, staleEntries: 1 },
      asOfMs: NOON + 1 - DELAY_MS,
    });
    const toMs = NOON + MINUTE;
    expect(readMetrics.mock.calls[0]?.[1]).toEqual({
      fromMs: toMs - 24 * HOUR_MS,
      toMs,
      periodSeconds: 86_400,
    });
  });

  it('hold no request twice: the minute that has just begun is in, the one a window ago is not', async () => {
    const { readStatistics, readMetrics } = aFleet();

    await readStatistics('1h', NOON);

    expect(readMetrics.mock.calls[0]?.[1]).toMatchObject({
      fromMs: NOON + MINUTE - HOUR_MS,
      toMs: NOON + MINUTE,
    });
  });

  it('estimate the bytes from the lists that were stored lately', async () => {
    const { readStatistics } = aFleet({
      'ListBytes Sum': [[NOON - HOUR_MS, 3_000]],
      'ListBytes SampleCount': [[NOON - HOUR_MS, 2]],
    });

    expect((await readStatistics('1h', NOON)).stock.bytes).toBe(4 * 1_500);
  });

  it.each([
    ['the end of the last sweep', { 'SweepHeartbeat Sum': [[NOON - 20 * MINUTE, 1]] }, NOON - 15 * MINUTE],
    [
      'the first list, where nothing swept yet',
      { 'ListBytes SampleCount': [[NOON - 2 * HOUR_MS, 1]] },
      NOON - 2 * HOUR_MS,
    ],
    ['nothing, where there was nothing to sweep', {}, undefined],
  ] as const)('know since when nothing was swept: %s', async (_, points, sinceMs) => {
    expect((await aFleet(points).readStatistics('1h', NOON)).unsweptSinceMs).toBe(sinceMs);
  });
});

describe('a reading', () => {
  it('is kept until CloudWatch has something new, for each window', async () => {
    const { readStatistics, countEntries } = aFleet();

    await readStatistics('1h', NOON);
    await readStatistics('1h', NOON + DELAY_MS - 1);
    expect(countEntries).toHaveBeenCalledTimes(1);
    await readStatistics('7d', NOON + DELAY_MS - 1);
    await readStatistics('1h', NOON + DELAY_MS);

    expect(countEntries).toHaveBeenCalledTimes(3);
  });

  it('is shared by those who ask while it is read', async () => {
    const { readStatistics, countEntries } = aFleet();

    await Promise.all([readStatistics('1h', NOON), readStatistics('1h', NOON)]);

    expect(countEntries).toHaveBeenCalledTimes(1);
  });

  it('that failed is asked for again by the next', async () => {
    const { readStatistics, countEntries } = aFleet();
    countEntries.mockRejectedValueOnce(new StorageUnavailable('no answer'));

    await expect(readStatistics('1h', NOON)).rejects.toThrow(StorageUnavailable);

    expect(await readStatistics('1h', NOON)).toMatchObject({ stock: { entries: 4 } });
  });
});
