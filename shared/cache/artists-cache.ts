import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Artist } from '../artist.ts';
import { StorageUnavailable } from '../errors.ts';
import { isConditionFailed, send, sendConditionally } from '../storage/document-client.ts';
import { getItem } from '../storage/light-commands.ts';
import { chunksOf, type EntryItem, parseEntry, projection, type StoredList, storedList } from './entry.ts';
import { freshness, type Windows } from './freshness.ts';
import { entryKey } from './keys.ts';
import { type ComputedList, newFence, packList } from './pack-list.ts';
import { createPartStore } from './part-store.ts';
import { readArtists } from './read-artists.ts';

/** A list may be stored, marked or removed only while the state that its writer saw still stands. */
const SAME_FENCE = 'fence = :fence';
/** Two first requests reserve at once: one fence wins, the other request sees it. Nothing that is there is touched. */
const NOT_RESERVED = 'attribute_not_exists(fence)';
/** Only what holds no list may be taken back. */
const STILL_EMPTY = 'fence = :fence AND attribute_not_exists(generation)';
/** An overlay needs something to lie over. */
const CAN_BE_OVERLAID = 'attribute_exists(overlay)';
/** A mark says something about one list: not about the one that replaced it, and not twice. */
const SAME_AND_UNMARKED = 'fence = :fence AND isStale = :no';

/** One page of a stored list, with the selections that came after it laid over. */
export interface CopyPage {
  artists: Artist[];
  /** How many artists the whole list has. */
  total: number;
  timestampMs: number;
  /** From then on the user should be asked to renew the consent. */
  reauthorizeSoonFromMs: number | undefined;
}

/**
 * What a read found. `fence` is what a write must carry; undefined: nothing is reserved yet. `stored` describes a
 * list that a write would replace, usable or not. `unreadable`: there is a list that this version cannot read.
 */
export type Lookup =
  | { state: 'none'; fence: string | undefined; stored?: StoredList | undefined; unreadable?: boolean }
  | { state: 'fresh' | 'old'; fence: string; stored: StoredList; copy: CopyPage; usableUntilMs: number };

/** What a write must know of the state it replaces: the `fence` and `stored` of a lookup. */
export interface Replaces {
  fence: string;
  stored?: StoredList | undefined;
}

export type SetResult = { stored: true; fence: string; list: StoredList } | { stored: false };

export type ArtistsCache = ReturnType<typeof createArtistsCache>;

/**
 * The lists of all users, one entry each. Every time is an argument in epoch milliseconds; every write is conditional
 * on the fence. Throws `StorageUnavailable` when DynamoDB does not answer; a read never changes anything.
 */
export function createArtistsCache(deps: {
  db: DynamoDBDocumentClient;
  table: string;
  windows: Windows;
  /** Tests shorten it to make lists spill. */
  itemBytes?: number;
}) {
  const { db, table, windows } = deps;
  const partStore = createPartStore({ db, table });
  const conditionally = (command: PutCommand | UpdateCommand | DeleteCommand) =>
    sendConditionally(db, command);

  async function readEntry(userId: string, chunks: readonly number[]) {
    const { Item } = await send(
      db,
      // Strongly consistent: after an invalidation was answered, no reader anywhere may see what was before it.
      getItem({
        TableName: table,
        Key: entryKey(userId),
        ConsistentRead: true,
        ...projection(chunks),
      }),
    );
    return Item;
  }

  /**
   * Page `page` (zero-based) of `limit` artists. Exactly one GetItem, unless the page lies in a part: then one more
   * for each part it touches.
   */
  async function get(userId: string, page: number, limit: number, nowMs: number): Promise<Lookup> {
    const first = page * limit;
    const chunks = chunksOf(first, first + limit);
    const item = await readEntry(userId, chunks);
    const fence = typeof item?.fence === 'string' ? item.fence : undefined;
    const entry = parseEntry(item);
    if (!entry) return { state: 'none', fence, unreadable: item?.generation !== undefined };
    const stored = storedList(entry);
    const state = freshness({ timestampMs: entry.timestamp, isStale: entry.isStale }, nowMs, windows);
    if (state === 'expired') return { state: 'none', fence, stored };
    const artists = await readArtists(entry, { userId, first, limit, chunks, partStore });
    if (artists === 'unreadable') return { state: 'none', fence, stored, unreadable: true };
    if (artists === 'replaced') {
      const isNewer = (await readEntry(userId, []))?.generation !== entry.generation;
      // A newer list took this one's place between our two reads: look again. Else the part is lost.
      return isNewer ? get(userId, page, limit, nowMs) : { state: 'none', fence, stored, unreadable: true };
    }
    const usableUntilMs = entry.timestamp + windows.keepMs;
    return { state, fence: entry.fence, stored, copy: copyPage(entry, artists), usableUntilMs };
  }

  /** Makes sure that there is an entry to fence. Returns nothing: who won is for the next read to say. */
  async function reserve(userId: string, nowMs: number): Promise<void> {
    await conditionally(
      new UpdateCommand({
        TableName: table,
        Key: entryKey(userId),
        UpdateExpression:
          'SET fence = :fence, userId = :userId, overlay = :none, expiresAt = if_not_exists(expiresAt, :expiresAt)',
        ConditionExpression: NOT_RESERVED,
        ExpressionAttributeValues: {
          ':fence': newFence(),
          ':userId': userId,
          ':none': {},
          ':expiresAt': Math.ceil((nowMs + windows.keepMs) / 1000),
        },
      }),
    );
  }

  /** Takes a reservation back that came to nothing. */
  async function unreserve(userId: string, fence: string): Promise<void> {
    await conditionally(
      new DeleteCommand({
        TableName: table,
        Key: entryKey(userId),
        ConditionExpression: STILL_EMPTY,
        ExpressionAttributeValues: { ':fence': fence },
      }),
    );
  }

  /** Stores a whole list, sorted. Refused when anything was stored or invalidated since `replaces` was read. */
  async function set(userId: string, list: ComputedList, replaces: Replaces): Promise<SetResult> {
    const { item, parts } = packList(userId, list, windows, deps.itemBytes);
    await partStore.write(userId, item.generation, parts, item.expiresAt);
    const taken = await conditionally(
      new PutCommand({
        TableName: table,
        Item: item,
        ConditionExpression: SAME_FENCE,
        ExpressionAttributeValues: { ':fence': replaces.fence },
      }),
    );
    const stored = taken || (await stands(userId, item.generation));
    // A list that was refused must not pass for the newest, and parts that may be needed must stay.
    if (stored === 'unknown') return { stored: false };
    const outdated = stored ? replaces.stored : { generation: item.generation, parts: parts.length };
    if (outdated) await partStore.remove(userId, outdated);
    return stored ? { stored, fence: item.fence, list: storedList(item) } : { stored };
  }

  /** After a refusal: the SDK may have repeated a write that had taken effect, then the refusal is our own doing. */
  async function stands(userId: string, generation: string): Promise<boolean | 'unknown'> {
    try {
      return (await readEntry(userId, []))?.generation === generation;
    } catch (error) {
      if (error instanceof StorageUnavailable) return 'unknown';
      throw error;
    }
  }

  /** Deletes everything cached for the user: after it, no list that was computed before can be stored. */
  async function invalidateUser(userId: string): Promise<StoredList | undefined> {
    const { Attributes } = await send(
      db,
      new DeleteCommand({ TableName: table, Key: entryKey(userId), ReturnValues: 'ALL_OLD' }),
    );
    const entry = parseEntry(Attributes);
    if (!entry) return undefined;
    await partStore.remove(userId, storedList(entry));
    return storedList(entry);
  }

  /** Marks the list as outdated but usable. True: it was not marked before, and is still the list of `fence`. */
  function markAsStale(userId: string, fence: string): Promise<boolean> {
    return conditionally(
      new UpdateCommand({
        TableName: table,
        Key: entryKey(userId),
        UpdateExpression: 'SET isStale = :yes',
        ConditionExpression: SAME_AND_UNMARKED,
        ExpressionAttributeValues: { ':yes': true, ':no': false, ':fence': fence },
      }),
    );
  }

  /**
   * Invalidates the list but keeps it as a fallback, with the new selection laid over it. What is being computed now
   * will be refused. Idempotent. `newlyStale`: there is a list and it was not stale before. `removed`: the list that
   * could not take the selection.
   */
  async function overlaySelection(userId: string, artistId: string, selected: boolean) {
    try {
      const { Attributes: before } = await send(
        db,
        new UpdateCommand({
          TableName: table,
          Key: entryKey(userId),
          // expiresAt is only touched to be returned: nothing ever moves it.
          UpdateExpression:
            'SET overlay.#artist = :selected, isStale = :yes, fence = :fence, expiresAt = expiresAt',
          ConditionExpression: CAN_BE_OVERLAID,
          ExpressionAttributeNames: { '#artist': artistId },
          ExpressionAttributeValues: { ':selected': selected, ':yes': true, ':fence': newFence() },
          ReturnValues: 'UPDATED_OLD',
        }),
      );
      return {
        newlyStale: before?.isStale === false,
        expiresAtSeconds: before?.expiresAt as number | undefined,
        removed: undefined,
      };
    } catch (error) {
      // Nothing there, a format we do not know, or no room left: without the entry nothing outdated can be read.
      if (!isConditionFailed(error) && !isTooLarge(error)) throw error;
      const removed = await invalidateUser(userId);
      return { newlyStale: false, expiresAtSeconds: undefined, removed };
    }
  }

  return { get, reserve, unreserve, set, invalidateUser, markAsStale, overlaySelection };
}

const isTooLarge = (error: unknown) => (error as Error | undefined)?.name === 'ValidationException';

function copyPage(entry: EntryItem, artists: readonly Artist[]): CopyPage {
  return {
    artists: artists.map((artist) => ({ ...artist, selected: entry.overlay[artist.id] ?? artist.selected })),
    total: entry.total,
    timestampMs: entry.timestamp,
    reauthorizeSoonFromMs: entry.reauthorizeSoonFrom,
  };
}
