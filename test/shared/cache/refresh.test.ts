import { describe, expect, test, vi } from 'vitest';
import { refresh as finish } from '../../../shared/cache/hand-off.ts';
import { systemClock } from '../../../shared/clock.ts';
import { PlatformRateLimited, PlatformUnavailable, StorageUnavailable } from '../../../shared/errors.ts';
import { aCache, RETRY_MS } from '../../support/a-cache.ts';
import { NOON } from '../../support/a-clock.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

const DEADLINE_MS = NOON + 60_000;
/** Stands still: nothing that sleeps ever wakes. */
const clock = {
  nowMs: () => NOON,
  sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(2 ** 30, signal),
};

/** A computation that was handed on, and the function that finishes it. */
async function aHandOff() {
  const given = aCache();
  const fence = await given.storeList('ann', 4 * 3_600_000);
  const handed = { userId: 'ann', token: 'handed', fence };
  await given.computations.acquire(handed, NOON, NOON + 30_000);
  const state = { computations: 0, fault: undefined as Error | undefined };
  const compute = async () => {
    state.computations += 1;
    if (state.fault) throw state.fault;
    return { artists: realisticArtists(3), computedAtMs: NOON };
  };
  const deps = { ...given, clock, retryMs: RETRY_MS };
  const reported: Error[] = [];
  const report = async (error: Error) => void reported.push(error);
  return {
    ...given,
    handed,
    state,
    reported,
    refresh: () => finish(deps, { handed, deadlineMs: DEADLINE_MS, report }, compute),
  };
}

describe('a computation that was handed on', () => {
  test('is finished once, however often the message comes', async () => {
    const { refresh, state, cache } = await aHandOff();
    expect((await Promise.all([refresh(), refresh()])).toSorted()).toEqual(['stored', 'superseded']);
    expect(await refresh()).toBe('superseded');
    expect(state.computations).toBe(1);
    expect((await cache.get('ann', 0, 1, NOON)).state).toBe('fresh');
  });

  test('does not begin while the platform limits the application, and ends its lease', async () => {
    const { refresh, state, computations, bans } = await aHandOff();
    await bans.start(new PlatformRateLimited('429', { retryAfterSeconds: 1 }), NOON);
    expect(await refresh()).toBe('forbidden');
    expect(state.computations).toBe(0);
    expect(await computations.read('ann')).toMatchObject({ leaseToken: undefined });
  });

  test('is not tried again when the message comes once more after it failed', async () => {
    const { refresh, state, reported } = await aHandOff();
    state.fault = new PlatformUnavailable('down');
    expect(await refresh()).toBe('failed');
    expect(await refresh()).toBe('superseded');
    expect(state.computations).toBe(1);
    expect(reported).toEqual([state.fault]);
  });

  test('tells why its list could not be stored', async () => {
    const { refresh, reported, cache } = await aHandOff();
    vi.spyOn(cache, 'set').mockRejectedValue(new StorageUnavailable('down'));
    expect(await refresh()).toBe('failed');
    expect(reported).toEqual([expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' })]);
  });

  test('that comes after an invalidation leaves the computation that runs by then alone', async () => {
    const { refresh, cache, computations, handed } = await aHandOff();
    await cache.markAsOutdated('ann', 'newer', NOON);
    const { fence } = await cache.get('ann', 0, 1, NOON);
    const newer = { userId: 'ann', token: 'newer', fence };
    expect(await computations.acquire(newer, NOON, NOON + 8_000, { inPlaceOf: handed.token })).toBe(true);
    expect(await refresh()).toBe('superseded');
    expect(await computations.read('ann')).toMatchObject({ leaseToken: 'newer' });
  });
});
