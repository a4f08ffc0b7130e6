import { describe, expect, it } from 'vitest';
import type { CacheEvent } from '../../../shared/cache/events.ts';
import { COUNTERS, countsOf, packCounts, unpackCounts } from '../../../shared/statistics/counters.ts';
import { aStoredList } from '../../support/a-recorder.ts';

/** The counters that are not 0. */
const counted = (...events: CacheEvent[]) =>
  Object.fromEntries(Object.entries(countsOf(events)).filter(([, value]) => value !== 0));

describe('counting', () => {
  it.each<[CacheEvent, string]>([
    [{ name: 'hit' }, 'hits'],
    [{ name: 'miss' }, 'misses'],
    [{ name: 'stale', cause: 'SPOTIFY_UNAVAILABLE' }, 'stale'],
    [{ name: 'fallback-revoked' }, 'fallbackRevoked'],
    [{ name: 'error', code: 'COMPUTING' }, 'errors'],
    [{ name: 'toggled' }, 'toggles'],
    [{ name: 'unreadable' }, 'unreadable'],
    [{ name: 'cooldown-started', seconds: 60 }, 'cooldowns'],
  ])('$name', (event, counter) => {
    expect(counted(event)).toEqual({ [counter]: 1 });
  });

  it('a computation, its time and its calls', () => {
    const usage = { calls: 12, failures: 2, rateLimited: 1, revocations: 0 };
    expect(counted({ name: 'platform-asked', usage }, { name: 'computed', ms: 2_400.4 })).toEqual({
      computations: 1,
      computationMs: 2_400,
      calls: 12,
      failures: 2,
      rateLimited: 1,
    });
  });

  it('calls that are made after the usage was announced', () => {
    const usage = { calls: 0, failures: 0, rateLimited: 0, revocations: 0 };
    const events: CacheEvent[] = [{ name: 'platform-asked', usage }];
    usage.calls = 3;
    expect(counted(...events)).toEqual({ calls: 3 });
  });

  it('why a list was stored: it is the first, a toggle had outdated one, or one had grown old', () => {
    const list = aStoredList();
    expect(counted({ name: 'stored', list, replaced: undefined })).toEqual({ firstLists: 1 });
    expect(counted({ name: 'stored', list, replaced: aStoredList({ isStale: true }) })).toEqual({
      staleReplaced: 1,
    });
    expect(counted({ name: 'stored', list, replaced: aStoredList() })).toEqual({});
  });

  it('one request that waited and looked three times as one', () => {
    const looks: CacheEvent[] = [100, 150, 225].map((ms) => ({ name: 'waited', ms }));
    expect(counted(...looks, { name: 'hit' })).toEqual({ hits: 1, leaseWaits: 1, leaseWaitMs: 475 });
  });
});

describe('the stored form', () => {
  it('comes back as it was', () => {
    const counts = countsOf([{ name: 'hit' }, { name: 'toggled' }]);
    expect(unpackCounts(packCounts(counts))).toEqual(counts);
  });

  it('leaves out the zeros at its end, and holds nothing when nothing was counted', () => {
    expect(packCounts(countsOf([{ name: 'miss' }]))).toEqual([0, 1]);
    expect(packCounts(countsOf([]))).toEqual([]);
  });

  it('is read across versions: what one of them does not know is 0, or left out', () => {
    expect(unpackCounts([7])).toEqual({ ...countsOf([]), hits: 7 });
    expect(unpackCounts([...COUNTERS.map(() => 1), 99])).toEqual(unpackCounts(COUNTERS.map(() => 1)));
  });

  it('never moves a counter', () => {
    expect(COUNTERS.slice(0, 18)).toEqual([
      'hits',
      'misses',
      'stale',
      'fallbackRevoked',
      'errors',
      'computations',
      'computationMs',
      'calls',
      'failures',
      'rateLimited',
      'revocations',
      'firstLists',
      'staleReplaced',
      'toggles',
      'leaseWaits',
      'leaseWaitMs',
      'unreadable',
      'cooldowns',
    ]);
  });
});
