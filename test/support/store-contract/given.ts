import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { Artist } from '../../../shared/artist.ts';
import { type ArtistsCache, createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import type { ComputedList } from '../../../shared/cache/entry.ts';
import { entryKey } from '../../../shared/cache/keys.ts';
import type { FakeCommand } from '../fake-dynamo.ts';
import { realisticArtists } from '../realistic-artists.ts';

/** A store, as the suites use it. */
export interface Store {
  db: DynamoDBDocumentClient;
  table: string;
}

export const HOUR_MS = 3_600_000;
const WINDOWS = { freshMs: 3 * HOUR_MS, keepMs: 6 * HOUR_MS };
/** A full hour, so that expiry hours are plain to see. */
export const NOON = Date.parse('2026-11-22T12:00:00.000Z');

export const aUser = () => `user-${randomUUID()}`;

export const cacheOn = ({ db, table }: Store, options: { itemBytes?: number } = {}) =>
  createArtistsCache({ db, table, windows: WINDOWS, ...options });

/** A list of `count` artists, the same for the same numbers. */
export const aList = (count = 25, { computedAtMs = NOON, seed = 1 } = {}) => ({
  artists: realisticArtists(count, seed),
  computedAtMs,
});

/** Stores a list as a computation does: from the state that it sees. */
export async function storeList(cache: ArtistsCache, userId: string, list: ComputedList) {
  const { fence, stored } = await cache.get(userId, 0, 1, list.computedAtMs);
  const result = await cache.set(userId, list, { fence, stored });
  expect(result.stored).toBe(true);
  return result as Extract<typeof result, { stored: true }>;
}

/** Every page of a list, put together again. */
export async function readAll(
  cache: ArtistsCache,
  userId: string,
  limit = 100,
  nowMs = NOON,
): Promise<Artist[]> {
  const artists: Artist[] = [];
  for (let page = 0; ; page += 1) {
    const found = await cache.get(userId, page, limit, nowMs);
    if (found.state === 'none') throw new Error(`page ${page} cannot be read`);
    if (found.copy.artists.length === 0) return artists;
    artists.push(...found.copy.artists);
  }
}

export async function entryOf({ db, table }: Store, userId: string) {
  return (await db.send(new GetCommand({ TableName: table, Key: entryKey(userId), ConsistentRead: true })))
    .Item;
}

/** A client of the same store that does something else with the commands it is given. */
export function intercepting(
  { db, table }: Store,
  intercept: (command: FakeCommand, send: () => Promise<object>) => Promise<object>,
): Store {
  const send = (command: FakeCommand) => intercept(command, () => db.send(command as GetCommand));
  return { db: { send } as unknown as DynamoDBDocumentClient, table };
}

/** A client that writes down what it sends. */
export function recording(store: Store) {
  const sent: FakeCommand[] = [];
  const recorder = intercepting(store, (command, send) => {
    sent.push(command);
    return send();
  });
  return { ...recorder, sent };
}

/** An SDK that loses the answer to the first write it sends, and repeats it: the second answer is what it returns. */
export function repeatingWrites(store: Store): Store {
  return intercepting(store, async (command, send) => {
    if (!(command instanceof GetCommand)) await send();
    return send();
  });
}

/** What the SDK throws when DynamoDB does not answer. */
export const outage = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
