import { describe, expect, test, vi } from 'vitest';
import { PROBE_MS } from '../../../shared/cache/bans.ts';
import type { ComputationJob } from '../../../shared/cache/computation.ts';
import { NO_FENCE } from '../../../shared/cache/entry.ts';
import { refresh as finish } from '../../../shared/cache/hand-off.ts';
import { systemClock } from '../../../shared/clock.ts';
import { PlatformRateLimited, PlatformUnavailable, StorageUnavailable } from '../../../shared/errors.ts';
import { ANSWERED, aCache, RETRY_MS } from '../../support/a-cache.ts';
import { NOON } from '../../support/a-clock.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

const DEADLINE_MS = NOON + 60_000;
/** Stands still: nothing that sleeps ever wakes. */
const clock = {
  nowMs: () => NOON,
  sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(2 ** 30, signal),
};

/** A computation that was handed on, and the function that finishes it. */
async function aHandOff({ withList = true } = {}) {
  const given = aCache();
  const fence = withList ? await given.storeList('ann', 4 * 3_600_000) : NO_FENCE;
  const handed = { userId: 'ann', token: 'handed', fence };
  await given.computations.acquire(handed, NOON, NOON + 30_000);
  const state = {
    computations: 0,
    without: [] as ComputationJob['without'],
    fault: undefined as Error | undefined,
    whileComputing: async () => {},
  };
  const compute = async ({ without }: ComputationJob) => {
    state.without = without;
    state.computations += 1;
    await state.whileComputing();
    if (state.fault) throw state.fault;
    return { artists: realisticArtists(3), computedAtMs: NOON, answered: ANSWERED };
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

  describe('that probes a ban', () => {
    async function probedBy(holder: string) {
      const given = await aHandOff();
      const { bans } = given;
      await bans.start(new PlatformRateLimited('429', { retryAfterSeconds: 1 }), NOON - 10_000);
      const probes = async () => [...(await bans.read(NOON, ['all']))];
      await bans.takeProbes(await probes(), holder, NOON - 1_000);
      return { ...given, probes };
    }

    test('goes on with its probe, and ends the ban', async () => {
      const { refresh, probes } = await probedBy('handed');
      expect(await refresh()).toBe('stored');
      expect(await probes()).toEqual([]);
    });

    test('does not begin while another probes, and leaves that probe alone', async () => {
      const { refresh, state, probes, computations } = await probedBy('another');
      expect(await refresh()).toBe('forbidden');
      expect(state.computations).toBe(0);
      expect(await computations.read('ann')).toMatchObject({ leaseToken: undefined });
      expect(await probes()).toMatchObject([['all', { probe: { holder: 'another' } }]]);
    });

    test('goes without an optional list that another probes, where there is nothing to show', async () => {
      const { refresh, state, bans } = await aHandOff({ withList: false });
      const quota = { retryAfterSeconds: 1, reason: 'quota', bucket: 'tracks' } as const;
      await bans.start(new PlatformRateLimited('429', quota), NOON - 10_000);
      await bans.takeProbes([...(await bans.read(NOON))], 'another', NOON - 1_000);
      expect(await refresh()).toBe('stored');
      expect(state.without).toEqual(['saved']);
    });

    test('gives its probe back when it has nothing to compute any more', async () => {
      const { refresh, probes, cache } = await probedBy('handed');
      await cache.invalidateUser('ann', NOON);
      await cache.set('ann', { artists: [], computedAtMs: NOON }, await cache.get('ann', 0, 1, NOON));
      expect(await refresh()).toBe('superseded');
      expect(await probes()).toMatchObject([['all', { probe: undefined }]]);
    });

    test('probes alone when the probe has run out meanwhile', async () => {
      const { refresh, state, bans, probes } = await probedBy('nobody');
      await bans.releaseProbes(await probes(), 'nobody');
      state.whileComputing = async () => {
        const seen = await probes();
        expect(seen).toMatchObject([['all', { probe: { untilMs: NOON + PROBE_MS } }]]);
        expect(await bans.takeProbes(seen, 'another', NOON)).toBe(false);
      };
      expect(await refresh()).toBe('stored');
    });
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
    await cache.invalidateSelection('ann', 'newer', NOON);
    const { fence } = await cache.get('ann', 0, 1, NOON);
    const newer = { userId: 'ann', token: 'newer', fence };
    expect(await computations.acquire(newer, NOON, NOON + 8_000, { inPlaceOf: handed.token })).toBe(true);
    expect(await refresh()).toBe('superseded');
    expect(await computations.read('ann')).toMatchObject({ leaseToken: 'newer' });
  });
});
