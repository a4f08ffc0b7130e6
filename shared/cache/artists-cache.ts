import type { Artist } from '../artist.ts';
import { StorageUnavailable } from '../errors.ts';
import { type Condition, type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import {
  type ComputedList,
  chunksOf,
  type EntryItem,
  freshness,
  NEVER_SELECTED,
  NO_FENCE,
  packList,
  parseEntry,
  projection,
  type StoredList,
  uniqueName,
  type Windows,
} from './entry.ts';
import { entryKey } from './keys.ts';
import { createPartStore, readArtists } from './parts.ts';

/**
 * A write is refused by *another* fence than the one that its writer saw. An absent entry refuses nothing: it was
 * never invalidated, or what invalidated it is so old that no computation from before it is left.
 */
const NO_OTHER_FENCE = 'attribute_not_exists(fence) OR fence = :seen';
/** A mark says something about one list: not about the one that replaced it, and not twice. */
const SAME_AND_UNMARKED = 'fence = :fence AND isStale = :no';

/**
 * A fence is left behind for this long at least: longer than any computation that it must refuse. Those end within the
 * 15 minutes that Lambda gives a function.
 */
const FENCE_LIFE_SECONDS = 3_600;
/** Each further round answers a write that came in between. */
const MAX_ROUNDS = 10;

/** One page of a stored list. */
export interface CopyPage {
  artists: Artist[];
  /** How many artists the whole list has. */
  total: number;
  timestampMs: number;
  /** From then on the user should be asked to renew the consent. */
  reauthorizeSoonFromMs: number | undefined;
}

/**
 * What a read found. `fence` is what a write must carry. `stored` describes a list that a write would replace, usable
 * or not. `unreadable`: there is a list that this version cannot read.
 */
export type Lookup =
  | { state: 'none'; fence: string; stored?: StoredList | undefined; unreadable?: boolean }
  | {
      state: 'fresh' | 'old';
      fence: string;
      stored: StoredList;
      copy: CopyPage;
      freshUntilMs: number;
      usableUntilMs: number;
    };

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
export function createArtistsCache(
  deps: TableDeps & {
    windows: Windows;
    /** Tests shorten it to make lists spill. */
    itemBytes?: number;
  },
) {
  const { windows } = deps;
  const table = tableOf(deps);
  const partStore = createPartStore(deps);

  const readEntry = (userId: string, chunks: readonly number[]) =>
    table.get(entryKey(userId), projection(chunks));

  /**
   * Page `page` (zero-based) of `limit` artists. Exactly one GetItem, unless the page lies in a part: then one more
   * for each part it touches.
   */
  async function get(userId: string, page: number, limit: number, nowMs: number): Promise<Lookup> {
    const first = page * limit;
    const chunks = chunksOf(first, first + limit);
    const item = await readEntry(userId, chunks);
    const fence = fenceOf(item);
    const entry = parseEntry(item);
    if (!entry) return { state: 'none', fence, unreadable: item?.generation !== undefined };
    const state = freshness({ timestampMs: entry.timestamp, isStale: entry.isStale }, nowMs, windows);
    if (state === 'expired') return { state: 'none', fence, stored: entry };
    const artists = await readArtists(entry, { userId, first, limit, chunks, partStore });
    if (artists === 'unreadable') return { state: 'none', fence, stored: entry, unreadable: true };
    if (artists === 'replaced') {
      const isNewer = (await readEntry(userId, []))?.generation !== entry.generation;
      // A newer list took this one's place between our two reads: look again. Else the part is lost.
      return isNewer
        ? get(userId, page, limit, nowMs)
        : { state: 'none', fence, stored: entry, unreadable: true };
    }
    const freshUntilMs = entry.timestamp + windows.freshMs;
    const usableUntilMs = entry.timestamp + windows.keepMs;
    return { state, fence, stored: entry, copy: copyPage(entry, artists), freshUntilMs, usableUntilMs };
  }

  /** Stores a whole list, sorted. Refused when anything was stored or invalidated since `replaces` was read. */
  async function set(userId: string, list: ComputedList, replaces: Replaces): Promise<SetResult> {
    const { item, parts } = packList(userId, list, windows, deps.itemBytes);
    await partStore.write(userId, item.generation, parts, item.expiresAt);
    const taken = await table.put(item, {
      condition: NO_OTHER_FENCE,
      values: { ':seen': replaces.fence },
    });
    const stored = taken || (await stands(userId, item.generation));
    // A list that was refused must not pass for the newest, and parts that may be needed must stay.
    if (stored === 'unknown') return { stored: false };
    const outdated = stored ? replaces.stored : item;
    if (outdated) await partStore.remove(userId, outdated);
    return stored ? { stored, fence: item.fence, list: item } : { stored };
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

  /** Deletes everything cached for the user and leaves a fence: no list that was computed before can be stored. */
  async function invalidateUser(userId: string, nowMs: number): Promise<void> {
    const fence = uniqueName();
    const item = { ...entryKey(userId), fence, expiresAt: fenceExpiry(nowMs) };
    const seen = await changeEntry(userId, fence, (condition) => table.put(item, condition));
    const entry = parseEntry(seen);
    if (entry) await partStore.remove(userId, entry);
  }

  /**
   * The selection is at `revision` now: the list is a fallback only, and what is being computed will be refused.
   * Nothing happens to an entry that is in step with that revision.
   *
   * The item lives on for as long as its fence must. A list that is nearly over is purged that much later, and is not
   * served for longer: that is decided from its timestamp.
   */
  async function invalidateSelection(userId: string, revision: string, nowMs: number): Promise<void> {
    const fence = uniqueName();
    await changeEntry(userId, fence, ({ condition, values }, item) => {
      if ((item?.selectionRevision ?? NEVER_SELECTED) === revision) return undefined;
      const expiresAt = Math.max(fenceExpiry(nowMs), item?.expiresAt ?? 0);
      return table.update(
        entryKey(userId),
        'SET fence = :fence, isStale = :yes, selectionRevision = :revision, expiresAt = :expiresAt',
        {
          condition,
          values: {
            ...values,
            ':fence': fence,
            ':yes': true,
            ':revision': revision,
            ':expiresAt': expiresAt,
          },
        },
      );
    });
  }

  /**
   * Changes the entry as it was read: a late duplicate of the write finds another fence and changes nothing. Returns
   * what was there; undefined when `change` wanted no change, or when the change had been made unnoticed.
   */
  async function changeEntry(
    userId: string,
    fence: string,
    change: (asSeen: Condition, item: Item | undefined) => Promise<boolean> | undefined,
  ): Promise<Item | undefined> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const item = await readEntry(userId, []);
      if (item?.fence === fence) return undefined;
      const changing = change(unlessFencedAnew(fenceOf(item)), item);
      if (!changing) return undefined;
      if (await changing) return item;
    }
    throw new StorageUnavailable('too many changes of one entry at once', { retryAfterSeconds: 1 });
  }

  /**
   * Makes the list a fallback only, and leaves alone what is being computed. True: it was not marked before, and is still
   * the list of `fence`.
   */
  const markAsStale = (userId: string, fence: string): Promise<boolean> =>
    table.update(entryKey(userId), 'SET isStale = :yes', {
      condition: SAME_AND_UNMARKED,
      values: { ':yes': true, ':no': false, ':fence': fence },
    });

  return { get, set, invalidateUser, markAsStale, invalidateSelection };
}

const fenceOf = (item: Item | undefined): string => (typeof item?.fence === 'string' ? item.fence : NO_FENCE);

const fenceExpiry = (nowMs: number) => Math.ceil(nowMs / 1000) + FENCE_LIFE_SECONDS;

/** Of an invalidation: it is made to the state that it saw. */
const unlessFencedAnew = (seenFence: string): Condition => ({
  condition: seenFence === NO_FENCE ? 'attribute_not_exists(fence)' : 'fence = :seen',
  values: seenFence === NO_FENCE ? undefined : { ':seen': seenFence },
});

function copyPage(entry: EntryItem, artists: Artist[]): CopyPage {
  return {
    artists,
    total: entry.total,
    timestampMs: entry.timestamp,
    reauthorizeSoonFromMs: entry.reauthorizeSoonFrom,
  };
}
