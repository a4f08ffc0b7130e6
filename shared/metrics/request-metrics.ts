import type { CacheEvent } from '../cache/events.ts';
import { type CounterName, countsOf } from '../statistics/counters.ts';
import type { MetricName, MetricValues } from './names.ts';

/** The counters that are metrics as they are. */
const COUNTED: Readonly<Partial<Record<CounterName, MetricName>>> = {
  hits: 'Hits',
  misses: 'Misses',
  stale: 'Stale',
  fallbackRevoked: 'FallbackRevoked',
  errors: 'Errors',
  calls: 'SpotifyCalls',
  failures: 'SpotifyFailures',
  rateLimited: 'SpotifyRateLimited',
  revocations: 'SpotifyRevocations',
  leaseWaitMs: 'LeaseWait',
  unreadable: 'UnreadableEntries',
  cooldowns: 'CooldownStarted',
};

/** The metrics of one request or invocation that took `durationMs`. Pure. */
export function requestMetrics(events: readonly CacheEvent[], durationMs: number): MetricValues {
  const counts = countsOf(events);
  const counted = Object.entries(COUNTED).map(([counter, name]) => [name, counts[counter as CounterName]]);
  const values: MetricValues = Object.fromEntries(counted.filter(([, value]) => value !== 0));
  if (counts.hits > 0 && counts.leaseWaits === 0) values.HitLatency = durationMs;
  if (counts.computations > 0) values.ComputationTime = counts.computationMs;
  if (events.some(isUnderCooldown)) values.CooldownActive = 1;
  return values;
}

function isUnderCooldown(event: CacheEvent): boolean {
  switch (event.name) {
    case 'stale':
      return event.cause === 'SPOTIFY_RATE_LIMITED';
    case 'error':
      return event.code === 'SPOTIFY_RATE_LIMITED';
    default:
      return false;
  }
}
