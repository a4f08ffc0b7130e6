import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { Artist } from '../../../shared/artist.ts';
import { CHUNK_SIZE, encodeChunks } from '../../../shared/cache/artist-codec.ts';
import type { StoredList } from '../../../shared/cache/entry.ts';
import { partKey } from '../../../shared/cache/keys.ts';
import { StorageUnavailable } from '../../../shared/errors.ts';
import { realisticArtists } from '../realistic-artists.ts';
import {
  aList,
  aUser,
  cacheOn,
  entryOf,
  intercepting,
  NOON,
  outage,
  readAll,
  recording,
  type Store,
  storeList,
} from './given.ts';

/** A list whose chunks take `bytes`, and hardly more: names are long, so that there are few pages. */
function aListOfBytes(bytes: number): Artist[] {
  const [sample] = realisticArtists(1) as [Artist];
  const artists: Artist[] = [];
  for (
    let size = 0;
    size < bytes;
    size += (encodeChunks(artists.slice(-CHUNK_SIZE))[0] as Uint8Array).byteLength
  ) {
    for (let i = artists.length, end = i + CHUNK_SIZE; i < end; i += 1)
      artists.push({ ...sample, id: String(i).padStart(22, '0'), name: randomLetters(440, i) });
  }
  return artists;
}

/** Text that no model can shorten much. */
function randomLetters(length: number, seed: number): string {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(0x100 + ((state >>> 16) % 0x180));
  }).join('');
}

/** An item that takes two chunks. */
const itemBytes = 2.5 * 40 * CHUNK_SIZE;

const itemsOf = (bytes: number) => Math.ceil(bytes / 392_000);

export function describeLargeLists(store: () => Store): void {
  describe('a list that is large', () => {
    test.each([
      ['399 KB', 399_000],
      ['401 KB', 401_000],
      ['5 MB', 5_000_000],
    ])('of %s is right on every page', async (_, bytes) => {
      const cache = cacheOn(store());
      const userId = aUser();
      const artists = aListOfBytes(bytes);
      const { list } = await storeList(cache, userId, { artists, computedAtMs: NOON });
      expect(list.bytes).toBeGreaterThanOrEqual(bytes);
      expect(list.layout.length).toBeGreaterThanOrEqual(itemsOf(bytes));
      expect(await readAll(cache, userId)).toEqual(artists);
    });

    test('costs one GetItem on the pages that lie in the entry, and one more for a part', async () => {
      const userId = aUser();
      await storeList(cacheOn(store(), { itemBytes }), userId, aList(6 * CHUNK_SIZE));
      const readsOf = async (page: number) => {
        const recorder = recording(store());
        await cacheOn(recorder).get(userId, page, CHUNK_SIZE, NOON);
        expect(
          recorder.sent.every(({ input }) => (input as { ConsistentRead: boolean }).ConsistentRead),
        ).toBe(true);
        return recorder.sent.length;
      };
      expect(await readsOf(0)).toBe(1);
      expect(await readsOf(5)).toBe(2);
    });
  });

  describe('a list in several items', () => {
    const old = aList(6 * CHUNK_SIZE);
    const newer = aList(7 * CHUNK_SIZE, { seed: 2 });

    test('is never seen mixed with its successor, wherever the writer of that one dies', async () => {
      for (let writes = 0; writes < 4; writes += 1) {
        const userId = aUser();
        const { fence } = await storeList(cacheOn(store(), { itemBytes }), userId, old);
        let left = writes;
        const dying = intercepting(store(), (command, send) => {
          if (command instanceof PutCommand && left-- <= 0) return Promise.reject(outage());
          return send();
        });
        const dead = cacheOn(dying, { itemBytes }).set(userId, newer, { fence });
        await expect(dead).rejects.toThrow(StorageUnavailable);
        expect(await readAll(cacheOn(store()), userId)).toEqual(old.artists);
      }
    });

    test('leaves no part behind when it is replaced, refused or deleted', async () => {
      const cache = cacheOn(store(), { itemBytes });
      const userId = aUser();
      const first = await storeList(cache, userId, old);
      const second = await storeList(cache, userId, newer);
      expect(await partsLeft(store(), userId, first.list)).toBe(0);
      const recorder = recording(store());
      expect((await cacheOn(recorder, { itemBytes }).set(userId, old, { fence: first.fence })).stored).toBe(
        false,
      );
      const put = recorder.sent.filter((command) => command instanceof PutCommand).length - 1;
      expect(recorder.sent.filter((command) => command instanceof DeleteCommand)).toHaveLength(put);
      expect(await readAll(cache, userId)).toEqual(newer.artists);
      await cache.invalidateUser(userId, NOON);
      expect(await partsLeft(store(), userId, second.list)).toBe(0);
    });

    test('is read anew when its successor takes its place between two reads', async () => {
      const userId = aUser();
      await storeList(cacheOn(store(), { itemBytes }), userId, old);
      let reads = 0;
      const slow = intercepting(store(), async (command, send) => {
        if (command instanceof GetCommand && ++reads === 2)
          await storeList(cacheOn(store(), { itemBytes }), userId, newer);
        return send();
      });
      const found = await cacheOn(slow).get(userId, 5, CHUNK_SIZE, NOON);
      expect(found).toMatchObject({
        state: 'fresh',
        copy: { artists: newer.artists.slice(5 * CHUNK_SIZE, 6 * CHUNK_SIZE), total: 7 * CHUNK_SIZE },
      });
    });

    test('cannot be opened any more once the entry is deleted, even where the parts still lie about', async () => {
      const userId = aUser();
      const { list } = await storeList(cacheOn(store(), { itemBytes }), userId, old);
      const keepingParts = intercepting(store(), (command, send) =>
        command instanceof DeleteCommand && String(command.input.Key?.pk).startsWith('part:')
          ? Promise.reject(outage())
          : send(),
      );
      await cacheOn(keepingParts).invalidateUser(userId, NOON);
      expect(await partsLeft(store(), userId, list)).toBe(list.layout.length - 1);
      const plain = encodeChunks(old.artists).map((chunk) => Buffer.from(chunk).toString('hex'));
      for (const sealed of await sealedChunks(store(), userId, list)) {
        expect(plain).not.toContain(Buffer.from(sealed.subarray(0, -16)).toString('hex'));
      }
    });

    test('has a key of its own, which stands in the entry alone', async () => {
      const cache = cacheOn(store(), { itemBytes });
      const userId = aUser();
      const keyOf = async () =>
        Buffer.from((await entryOf(store(), userId))?.partsKey as Uint8Array).toString('hex');
      await storeList(cache, userId, old);
      const first = await keyOf();
      const { list } = await storeList(cache, userId, old);
      expect(await keyOf()).not.toBe(first);
      for (const part of await partsOf(store(), userId, list))
        expect(Object.keys(part).toSorted()).toEqual(['all_artists', 'expiresAt', 'pk']);
    });

    test('reads as a miss when a part is lost or is another list’s', async () => {
      const cache = cacheOn(store(), { itemBytes });
      const userId = aUser();
      const { list } = await storeList(cache, userId, old);
      const last = {
        TableName: store().table,
        Key: partKey(userId, list.generation, list.layout.length - 1),
      };
      const { Item = {} } = await store().db.send(new GetCommand({ ...last, ConsistentRead: true }));
      const alien = (Item.all_artists as Uint8Array[]).map((chunk) => chunk.map((byte) => byte ^ 1));
      await store().db.send(
        new PutCommand({ TableName: store().table, Item: { ...Item, all_artists: alien } }),
      );
      expect(await cache.get(userId, 5, CHUNK_SIZE, NOON)).toMatchObject({ state: 'none', unreadable: true });
      await store().db.send(new DeleteCommand(last));
      expect(await cache.get(userId, 5, CHUNK_SIZE, NOON)).toMatchObject({ state: 'none', unreadable: true });
      expect(await entryOf(store(), userId)).toBeDefined();
    });
  });
}

async function partsOf(
  { db, table }: Store,
  userId: string,
  { generation, layout }: Pick<StoredList, 'generation' | 'layout'>,
) {
  const [, ...parts] = layout;
  expect(parts.length).toBeGreaterThan(0);
  const reads = parts.map((_, i) =>
    db.send(
      new GetCommand({ TableName: table, Key: partKey(userId, generation, i + 1), ConsistentRead: true }),
    ),
  );
  return (await Promise.all(reads)).flatMap(({ Item }) => (Item ? [Item] : []));
}

const partsLeft = async (...where: Parameters<typeof partsOf>) => (await partsOf(...where)).length;

const sealedChunks = async (...where: Parameters<typeof partsOf>) =>
  (await partsOf(...where)).flatMap((item) => item.all_artists as Uint8Array[]);
