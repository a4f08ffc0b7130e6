import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { CHUNK_SIZE } from '../../../shared/cache/artist-codec.ts';
import { aList, aUser, cacheOn, entryOf, NOON, readAll, type Store, storeList } from './given.ts';

type Change = (item: Record<string, unknown>) => Record<string, unknown>;

const flipped = (chunks: unknown) =>
  (chunks as Uint8Array[]).map((chunk) => chunk.with(5, (chunk[5] as number) ^ 0xff));

const ODDITIES: [string, Change][] = [
  ['of a format to come', (item) => ({ ...item, format: 2 })],
  ['without a format', ({ format: _, ...item }) => item],
  ['with a corrupt chunk', (item) => ({ ...item, all_artists: flipped(item.all_artists) })],
  ['without its chunks', ({ all_artists: _, ...item }) => item],
  ['with chunks of another type', (item) => ({ ...item, all_artists: 'artists' })],
  ['whose layout does not cover it', (item) => ({ ...item, layout: [] })],
  [
    'with half of its chunks',
    (item) => ({ ...item, all_artists: (item.all_artists as unknown[]).slice(0, 1) }),
  ],
];

export function describeOddItems(store: () => Store): void {
  describe('an entry', () => {
    test.each(ODDITIES)(
      '%s reads as a miss, says so, stays untouched, and makes room for a new list',
      async (_, change) => {
        const cache = cacheOn(store());
        const userId = aUser();
        await storeList(cache, userId, aList(2 * CHUNK_SIZE));
        const odd = change((await entryOf(store(), userId)) as Record<string, unknown>);
        await store().db.send(new PutCommand({ TableName: store().table, Item: odd }));
        expect(await cache.get(userId, 1, CHUNK_SIZE, NOON)).toMatchObject({
          state: 'none',
          unreadable: true,
        });
        expect(await entryOf(store(), userId)).toEqual(odd);
        await storeList(cache, userId, aList(30, { seed: 2 }));
        expect(await readAll(cache, userId)).toEqual(aList(30, { seed: 2 }).artists);
      },
    );
  });
}
