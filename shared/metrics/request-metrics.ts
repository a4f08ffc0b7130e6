import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { CacheEvent, Observe } from '../cache/events.ts';
import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import { CODE_DIMENSION, METRICS, type MetricName, type MetricValues } from './names.ts';

interface ObserverDeps {
  publishMetrics: PublishMetrics;
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Watches a request or invocation: what happened in it becomes one record of metrics, on every way out. The record is
 * written before the reply is handed to Lambda, which may freeze or end the instance right after it: a request that was
 * answered is counted. Nothing is called and nothing waited for.
 */
export function createObserver({ publishMetrics, clock }: ObserverDeps) {
  return async function observed<T>(work: (observe: Observe) => Promise<T>): Promise<T> {
    const startedAtMs = clock.nowMs();
    const events: CacheEvent[] = [];
    try {
      return await work((event) => void events.push(event));
    } finally {
      publishMetrics(requestMetrics(events, clock.nowMs() - startedAtMs), errorCodeOf(events));
    }
  };
}

/**
 * The metrics of one request or invocation that took `durationMs`. Pure.
 *
 * A request counts when it asked the cache. One that was refused for its form (400) or its token never did, and one
 * whose instance was stopped in the middle has no end that could be counted.
 */
export function requestMetrics(events: readonly CacheEvent[], durationMs: number): MetricValues {
  const values: MetricValues = {};
  for (const event of events) {
    for (const [name, value] of Object.entries(metricsOf(event)) as [MetricName, number][])
      values[name] = (values[name] ?? 0) + value;
  }
  // Found more than once: it is one request all the same.
  if (values.UnreadableEntries) values.UnreadableEntries = 1;
  if (values.Hits && values.LeaseWait === undefined) values.HitLatency = durationMs;
  return values;
}

/** The code of the error that the request ended in. */
function errorCodeOf(events: readonly CacheEvent[]): ErrorCode | undefined {
  const ended = events.find((event) => event.name === 'error');
  return ended?.code;
}

/** What one event adds. */
function metricsOf(event: CacheEvent): MetricValues {
  switch (event.name) {
    case 'hit':
      return { Hits: 1 };
    case 'miss':
      return { Misses: 1 };
    case 'stale':
      return { Stale: 1, ...ofCooldown(event.cause) };
    case 'fallback-revoked':
      return { FallbackRevoked: 1 };
    case 'error':
      return { Errors: 1, ...ofCooldown(event.code) };
    case 'computed':
      return { ComputationTime: Math.round(event.ms) };
    case 'platform-asked':
      return ofUsage(event.usage);
    case 'stored':
      return { ListBytes: event.list.bytes, ...ofReplaced(event.replaced) };
    case 'toggled':
      return { Toggles: 1 };
    case 'waited':
      return { LeaseWait: Math.round(event.ms) };
    case 'unreadable':
      return { UnreadableEntries: 1 };
    case 'cooldown-started':
      return { CooldownStarted: 1 };
  }
}

type EventOf<Name extends CacheEvent['name']> = Extract<CacheEvent, { name: Name }>;

function ofUsage(usage: EventOf<'platform-asked'>['usage']): MetricValues {
  const { calls, failures, rateLimited, revocations, cut = 0, skipped = 0 } = usage;
  return withoutZeros({
    SpotifyCalls: calls,
    SpotifyFailures: failures,
    SpotifyRateLimited: rateLimited,
    SpotifyRevocations: revocations,
    SpotifyCallsCut: cut,
    SpotifyItemsSkipped: skipped,
  });
}

const withoutZeros = (values: MetricValues): MetricValues =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

function ofReplaced(replaced: EventOf<'stored'>['replaced']): MetricValues {
  if (!replaced) return { FirstLists: 1 };
  return replaced.isStale ? { StaleReplaced: 1 } : {};
}

const ofCooldown = (code: string | undefined): MetricValues =>
  code === 'SPOTIFY_RATE_LIMITED' ? { CooldownActive: 1 } : {};

/**
 * Writes one record of the embedded metric format to the log, from which CloudWatch makes metrics: no call, no waiting.
 * The record of an error is found by its code as well as with all others.
 *
 * The recorder of Powertools collects a record bit by bit. Here a record is collected and written in one synchronous
 * go, so that concurrent requests, which share the recorder, cannot get into each other's.
 */
export function createPublishMetrics({
  stage,
  metrics = new Metrics(),
}: {
  stage: string;
  metrics?: Metrics;
}) {
  metrics.setDefaultDimensions({ stage });

  return function publishMetrics(values: MetricValues, code?: ErrorCode): void {
    const entries = Object.entries(values) as [MetricName, number][];
    if (entries.length === 0) return;
    for (const [name, value] of entries) metrics.addMetric(name, MetricUnit[METRICS[name]], value);
    // A record with a set of dimensions of its own is no longer found by the default ones, unless it names them.
    if (code !== undefined) metrics.addDimensions({}).addDimensions({ [CODE_DIMENSION]: code });
    metrics.publishStoredMetrics();
  };
}

export type PublishMetrics = ReturnType<typeof createPublishMetrics>;
