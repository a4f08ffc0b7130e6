import type { CacheEvent } from '../cache/events.ts';

/**
 * What is counted. Stored by position: new counters are appended, and none is ever moved or removed.
 *
 * A request counts when it asked the cache. One that was refused for its form (400) or its token never did, and one
 * whose execution environment was stopped in the middle has no end that could be counted.
 */
export const COUNTERS = [
  'hits',
  'misses',
  'stale',
  'fallbackRevoked',
  'errors',
  /** Computations that came to their end; those that failed show in `failures` and the causes. */
  'computations',
  'computationMs',
  'calls',
  'failures',
  'rateLimited',
  'revocations',
  /** Lists stored where none stood: a new user, or one who was away for longer than lists are kept. */
  'firstLists',
  /** Lists stored in the place of one that was marked as stale before it was old. */
  'staleReplaced',
  'toggles',
  /** Requests that waited for another's computation, and how long together. */
  'leaseWaits',
  'leaseWaitMs',
  'unreadable',
  'cooldowns',
] as const;

export type CounterName = (typeof COUNTERS)[number];
export type Counts = Record<CounterName, number>;

export const noCounts = (): Counts => Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counts;

/** What the events of one request or invocation amount to. */
export function countsOf(events: readonly CacheEvent[]): Counts {
  const counts = noCounts();
  for (const event of events) count(counts, event);
  return counts;
}

function count(counts: Counts, event: CacheEvent): void {
  switch (event.name) {
    case 'hit':
      counts.hits += 1;
      return;
    case 'miss':
      counts.misses += 1;
      return;
    case 'stale':
      counts.stale += 1;
      return;
    case 'fallback-revoked':
      counts.fallbackRevoked += 1;
      return;
    case 'error':
      counts.errors += 1;
      return;
    case 'computed':
      counts.computations += 1;
      counts.computationMs += Math.round(event.ms);
      return;
    case 'platform-asked':
      counts.calls += event.usage.calls;
      counts.failures += event.usage.failures;
      counts.rateLimited += event.usage.rateLimited;
      counts.revocations += event.usage.revocations;
      return;
    case 'stored':
      if (!event.replaced) counts.firstLists += 1;
      else if (event.replaced.isStale) counts.staleReplaced += 1;
      return;
    case 'toggled':
      counts.toggles += 1;
      return;
    case 'waited':
      // Looked once or ten times: it is one request that waited.
      counts.leaseWaits = 1;
      counts.leaseWaitMs += Math.round(event.ms);
      return;
    case 'unreadable':
      counts.unreadable = 1;
      return;
    case 'cooldown-started':
      counts.cooldowns += 1;
      return;
    case 'marked-stale':
    case 'removed':
      // Changes of the stock: the ledger's business.
      return;
  }
}

export function addCounts(total: Counts, more: Counts): void {
  for (const name of COUNTERS) total[name] += more[name];
}

/** By position, without the zeros at the end. */
export function packCounts(counts: Counts): number[] {
  const values = COUNTERS.map((name) => counts[name]);
  return values.slice(0, values.findLastIndex((value) => value !== 0) + 1);
}

/** Counters that the writer did not know yet are 0; those that we do not know yet are left out. */
export function unpackCounts(values: readonly number[]): Counts {
  const counts = noCounts();
  for (const [i, name] of COUNTERS.entries()) counts[name] = values[i] ?? 0;
  return counts;
}
