import { expect, test, vi } from 'vitest';
import { forgetList } from '../../../shared/platforms/connecting.ts';
import { aCache } from '../../support/a-cache.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

test('a computation that begins while the list is forgotten cannot store what it learned before', async () => {
  const { cache, computations, storeList } = aCache();
  await storeList('ann');
  const { forget } = computations;
  const begun = { fence: '' };
  vi.spyOn(computations, 'forget').mockImplementation(async (userId) => {
    await forget(userId);
    begun.fence = (await cache.get(userId, 0, 1, NOON)).fence;
    await computations.acquire({ userId, token: 'begun', fence: begun.fence }, NOON, NOON + 8_000);
  });
  await forgetList({ cache, computations, clock: aClock() }, 'ann');
  const list = { artists: realisticArtists(3), computedAtMs: NOON };
  expect(await cache.set('ann', list, { fence: begun.fence })).toEqual({ stored: false });
  expect((await cache.get('ann', 0, 1, NOON)).state).toBe('none');
  // None computes beside it, either: its lease stands until its end.
  expect((await computations.read('ann')).leaseToken).toBe('begun');
});
