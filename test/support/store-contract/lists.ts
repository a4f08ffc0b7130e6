import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { CHUNK_SIZE } from '../../../shared/cache/artist-codec.ts';
import { NEVER_SELECTED, NO_FENCE } from '../../../shared/cache/entry.ts';
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
  describe('an entry that is not there', () => {
    test('takes a list, whatever fence its writer saw: it refuses nothing', async () => {
      const cache = cacheOn(store());
      const [first, swept] = [aUser(), aUser()];
      expect(await cache.get(first, 0, 10, NOON)).toEqual({
        state: 'none',
        fence: NO_FENCE,
        unreadable: false,
      });
      expect(await cache.set(first, aList(), { fence: NO_FENCE })).toMatchObject({ stored: true });
      expect(await cache.set(swept, aList(), { fence: 'of a list that was swept' })).toMatchObject({
        stored: true,
      });
    });

    test('takes one first list of two', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const tries = [1, 2].map((seed) => cache.set(userId, aList(5, { seed }), { fence: NO_FENCE }));
      expect((await Promise.all(tries)).filter(({ stored }) => stored)).toHaveLength(1);
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
        stored: { generation: list.generation },
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
        expiryHour: expect.stringMatching(/^2026-11-22T18#\d+$/),
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
      await cache.invalidateSelection(userId, 'newer', NOON);
      expect(await cache.set(userId, aList(), { fence })).toEqual({ stored: false });
      expect((await cache.get(userId, 0, 10, NOON)).state).toBe('old');
    });

    test('stays behind when everything is deleted, and refuses what was computed before', async () => {
      const { cache, userId, fence } = await inFlight();
      await cache.invalidateUser(userId, NOON);
      expect(await cache.set(userId, aList(), { fence })).toEqual({ stored: false });
      expect(await cache.set(userId, aList(), { fence: NO_FENCE })).toEqual({ stored: false });
      const found = await cache.get(userId, 0, 10, NOON);
      expect(found.state).toBe('none');
      expect(await cache.set(userId, aList(), found)).toMatchObject({ stored: true });
    });

    test('holds nothing but its key and its end, an hour away', async () => {
      const { cache, userId } = await inFlight();
      await cache.invalidateUser(userId, NOON);
      const left = await entryOf(store(), userId);
      expect(Object.keys(left ?? {}).toSorted()).toEqual(['expiresAt', 'fence', 'pk']);
      expect(left?.expiresAt).toBe(NOON / 1000 + 3_600);
    });

    test('recognises its own write when the SDK repeated it', async () => {
      const { userId, fence } = await inFlight();
      const repeating = cacheOn(repeatingWrites(store()), { itemBytes: 300 });
      const list = aList(3 * CHUNK_SIZE, { seed: 3 });
      expect(await repeating.set(userId, list, { fence })).toMatchObject({ stored: true });
      expect(await readAll(cacheOn(store()), userId)).toEqual(list.artists);
    });

    test('does not call a refused list stored when it cannot be known whether it was', async () => {
      const { cache, userId, fence } = await inFlight();
      await cache.invalidateSelection(userId, 'newer', NOON);
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
    test('leaves the list as a fallback only, once for each revision', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { fence, list } = await storeList(cache, userId, aList());
      await cache.invalidateSelection(userId, 'first', NOON);
      await cache.invalidateSelection(userId, 'second', NOON);
      const found = await cache.get(userId, 0, 10, NOON);
      expect(found).toMatchObject({ state: 'old', stored: { generation: list.generation, isStale: true } });
      expect(found.fence).not.toBe(fence);
      await cache.invalidateSelection(userId, 'second', NOON);
      expect((await cache.get(userId, 0, 10, NOON)).fence).toBe(found.fence);
      expect(await readAll(cache, userId)).toEqual(aList().artists);
    });

    test('changes nothing where the list shows it', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      const { fence } = await storeList(cache, userId, { ...aList(), selectionRevision: 'shown' });
      await cache.invalidateSelection(userId, 'shown', NOON);
      expect(await cache.get(userId, 0, 10, NOON)).toMatchObject({ state: 'fresh', fence });
    });

    test('leaves a fence where there is no list, and nothing where no artist was ever selected', async () => {
      const cache = cacheOn(store());
      const [chosen, untouched] = [aUser(), aUser()];
      await cache.invalidateSelection(chosen, 'first', NOON);
      expect(await cache.set(chosen, aList(), { fence: NO_FENCE })).toEqual({ stored: false });
      await cache.invalidateSelection(untouched, NEVER_SELECTED, NOON);
      expect(await entryOf(store(), untouched)).toBeUndefined();
    });

    test('keeps its fence for an hour beside a list that is nearly over, which is served no longer for it', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      await storeList(cache, userId, aList());
      const nearlyOver = NOON + 6 * HOUR_MS - 1_000;
      await cache.invalidateSelection(userId, 'late', nearlyOver);
      expect((await entryOf(store(), userId))?.expiresAt).toBe(nearlyOver / 1000 + 3_600);
      expect((await cache.get(userId, 0, 10, nearlyOver)).state).toBe('old');
      expect((await cache.get(userId, 0, 10, NOON + 6 * HOUR_MS)).state).toBe('none');
    });

    test('is made once, however often the SDK repeats it and however late', async () => {
      const userId = aUser();
      const { fence } = await storeList(cacheOn(store()), userId, aList());
      const recorder = recording(repeatingWrites(store()));
      await cacheOn(recorder).invalidateSelection(userId, 'first', NOON);
      const write = recorder.sent.find((command) => command instanceof UpdateCommand) as UpdateCommand;
      await storeList(cacheOn(store()), userId, aList());
      await expect(store().db.send(write)).rejects.toThrow(/conditional/i);
      const found = await cacheOn(store()).get(userId, 0, 10, NOON);
      expect([found.state, found.fence === fence]).toEqual(['fresh', false]);
    });
  });

  describe('deleting', () => {
    test('leaves a fence and nothing else, however often', async () => {
      const cache = cacheOn(store());
      const userId = aUser();
      await storeList(cache, userId, aList());
      for (let time = 0; time < 2; time += 1) {
        await cache.invalidateUser(userId, NOON);
        const entry = await entryOf(store(), userId);
        expect(Object.keys(entry ?? {}).toSorted()).toEqual(['expiresAt', 'fence', 'pk']);
        expect(await cache.get(userId, 0, 10, NOON)).toEqual({
          state: 'none',
          fence: entry?.fence,
          unreadable: false,
        });
      }
    });
  });
}
