import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { StorageUnavailable } from '../../../shared/errors.ts';
import {
  aList,
  aUser,
  cacheOn,
  entryOf,
  HOUR_MS,
  intercepting,
  NOON,
  outage,
  readAll,
  recording,
  repeatingWrites,
  type Store,
  storeList,
} from './given.ts';

export function describeLists(store: () => Store): void {
  describe('a reservation', () => {
    test('is what a list needs to be stored, and only the first one counts', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      expect(await cache.get(userId, 0, 10, NOON)).toMatchObject({ state: 'none', fence: undefined });
      expect(await cache.set(userId, aList(), { fence: 'none' })).toEqual({ stored: false });
      await cache.reserve(userId, NOON);
      const { fence } = await cache.get(userId, 0, 10, NOON);
      await cache.reserve(userId, NOON);
      expect((await cache.get(userId, 0, 10, NOON)).fence).toBe(fence);
      expect(await cache.set(userId, aList(), { fence: fence as string })).toMatchObject({ stored: true });
    });

    test('is taken back only while it holds no list', async () => {
      const cache = cacheOn(store());
      const [empty, full] = [aUser(), aUser()];
      await cache.reserve(empty, NOON);
      await cache.unreserve(empty, (await cache.get(empty, 0, 1, NOON)).fence as string);
      expect(await entryOf(store(), empty)).toBeUndefined();
      const { fence } = await storeList(cache, full, aList());
      await cache.unreserve(full, fence);
      expect(await entryOf(store(), full)).toBeDefined();
    });
  });

  describe('a list', () => {
    test('comes back page by page, whatever the limit, and ends with an empty page', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const list = aList(137);
      await storeList(cache, userId, list);
      for (const limit of [1, 7, 10, 100]) expect(await readAll(cache, userId, limit)).toEqual(list.artists);
      const past = await cache.get(userId, 9e14, 100, NOON);
      expect(past).toMatchObject({ state: 'fresh', copy: { artists: [], total: 137, timestampMs: NOON } });
    });

    test('may be empty', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      await storeList(cache, userId, aList(0));
      expect(await cache.get(userId, 0, 10, NOON)).toMatchObject({
        state: 'fresh',
        copy: { artists: [], total: 0 },
      });
    });

    test('is fresh below 3 h, old below 6 h, and then is none', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { list } = await storeList(cache, userId, aList());
      const stateAt = async (ageMs: number) => (await cache.get(userId, 0, 1, NOON + ageMs)).state;
      expect(await stateAt(3 * HOUR_MS - 1)).toBe('fresh');
      expect(await stateAt(3 * HOUR_MS)).toBe('old');
      expect(await stateAt(6 * HOUR_MS - 1)).toBe('old');
      expect(await cache.get(userId, 0, 1, NOON + 6 * HOUR_MS)).toMatchObject({
        state: 'none',
        stored: list,
      });
    });

    test('is read with one strongly consistent GetItem', async () => {
      const userId = aUser();
      await storeList(cacheOn(store()), userId, aList());
      const recorder = recording(store());
      expect((await cacheOn(recorder).get(userId, 1, 10, NOON)).state).toBe('fresh');
      expect(recorder.sent).toHaveLength(1);
      expect(recorder.sent[0]).toBeInstanceOf(GetCommand);
      expect(recorder.sent[0]?.input).toMatchObject({ ConsistentRead: true });
    });

    test('keeps the founding fields beside the packed artists', async () => {
      const userId = aUser();
      await storeList(cacheOn(store()), userId, aList());
      expect(await entryOf(store(), userId)).toMatchObject({
        userId,
        timestamp: NOON,
        cached_at: '2026-11-22T12:00:00.000Z',
        isStale: false,
        expiresAt: (NOON + 6 * HOUR_MS) / 1000,
        expiryHour: '2026-11-22T18',
      });
    });
  });

  describe('the fence', () => {
    const inFlight = async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { fence } = await storeList(cache, userId, aList());
      return { cache, userId, fence };
    };

    test('refuses a list computed before another was stored', async () => {
      const { cache, userId, fence } = await inFlight();
      const newer = aList(12, { seed: 2 });
      expect(await cache.set(userId, newer, { fence })).toMatchObject({ stored: true });
      expect(await cache.set(userId, aList(), { fence })).toEqual({ stored: false });
      expect(await readAll(cache, userId)).toEqual(newer.artists);
    });

    test('refuses a list computed before a selection changed', async () => {
      const { cache, userId, fence } = await inFlight();
      await cache.overlaySelection(userId, aList().artists[3]?.id as string, true);
      expect(await cache.set(userId, aList(), { fence })).toEqual({ stored: false });
      expect((await cache.get(userId, 0, 10, NOON)).state).toBe('old');
    });

    test('refuses a list computed before everything was deleted, even after a new reservation', async () => {
      const { cache, userId, fence } = await inFlight();
      await cache.invalidateUser(userId);
      expect(await cache.set(userId, aList(), { fence })).toEqual({ stored: false });
      await cache.reserve(userId, NOON);
      expect(await cache.set(userId, aList(), { fence })).toEqual({ stored: false });
      expect((await cache.get(userId, 0, 10, NOON)).state).toBe('none');
    });

    test('recognises its own write when the SDK repeated it', async () => {
      const { userId, fence } = await inFlight();
      const repeating = cacheOn(repeatingWrites(store()), { itemBytes: 300 });
      const list = aList(40, { seed: 3 });
      expect(await repeating.set(userId, list, { fence })).toMatchObject({ stored: true });
      expect(await readAll(cacheOn(store()), userId)).toEqual(list.artists);
    });

    test('does not call a refused list stored when nobody can say whether it was', async () => {
      const { cache, userId, fence } = await inFlight();
      await cache.overlaySelection(userId, aList().artists[0]?.id as string, true);
      const silent = intercepting(store(), (command, send) =>
        command instanceof GetCommand ? Promise.reject(outage()) : send(),
      );
      expect(await cacheOn(silent).set(userId, aList(), { fence })).toEqual({ stored: false });
      await expect(cacheOn(silent).get(userId, 0, 10, NOON)).rejects.toThrow(StorageUnavailable);
    });
  });

  describe('marking as stale', () => {
    test('happens once to the list of that fence, and leaves it usable', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { fence } = await storeList(cache, userId, aList());
      expect(await cache.markAsStale(userId, 'another')).toBe(false);
      expect(await cache.markAsStale(userId, fence)).toBe(true);
      expect(await cache.markAsStale(userId, fence)).toBe(false);
      const found = await cache.get(userId, 0, 10, NOON);
      expect(found).toMatchObject({ state: 'old', fence, stored: { isStale: true } });
      expect(await readAll(cache, userId)).toEqual(aList().artists);
    });
  });

  describe('a changed selection', () => {
    test('lies over the old list, which only is a fallback from then on, and moves no expiry', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { fence, list } = await storeList(cache, userId, aList());
      const { id, selected } = aList().artists[2] as { id: string; selected: boolean };
      const first = await cache.overlaySelection(userId, id, !selected);
      expect(first).toEqual({
        newlyStale: true,
        expiresAtSeconds: list.expiresAtSeconds,
        removed: undefined,
      });
      expect(await cache.overlaySelection(userId, id, !selected)).toMatchObject({ newlyStale: false });
      const found = await cache.get(userId, 0, 10, NOON);
      expect(found).toMatchObject({ state: 'old', stored: { expiresAtSeconds: list.expiresAtSeconds } });
      expect(found.fence).not.toBe(fence);
      expect((await readAll(cache, userId)).filter((artist) => artist.id === id)[0]?.selected).toBe(
        !selected,
      );
    });

    test('is gone with the list that it lay over', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      await storeList(cache, userId, aList());
      const { id, selected } = aList().artists[2] as { id: string; selected: boolean };
      await cache.overlaySelection(userId, id, !selected);
      await storeList(cache, userId, aList());
      expect(await readAll(cache, userId)).toEqual(aList().artists);
    });

    test('needs no list', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      expect(await cache.overlaySelection(userId, 'a', true)).toMatchObject({ newlyStale: false });
      expect(await entryOf(store(), userId)).toBeUndefined();
      await cache.reserve(userId, NOON);
      const { fence } = await cache.get(userId, 0, 1, NOON);
      await cache.overlaySelection(userId, 'a', true);
      expect((await cache.get(userId, 0, 1, NOON)).fence).not.toBe(fence);
    });
  });

  describe('deleting', () => {
    test('says what was there, the first time', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { list } = await storeList(cache, userId, aList());
      expect(await cache.invalidateUser(userId)).toEqual(list);
      expect(await cache.invalidateUser(userId)).toBeUndefined();
      expect(await entryOf(store(), userId)).toBeUndefined();
    });
  });
}
