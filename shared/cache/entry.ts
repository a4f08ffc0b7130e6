import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Artist } from '../artist.ts';
import { CHUNK_SIZE, encodeChunks } from './artist-codec.ts';
import { entryKey, expiryHour } from './keys.ts';
import { newPartsKey, sealChunk, splitIntoItems } from './parts.ts';

/** A name that nothing had before: for a fence, which names a state of the truth, and for the generation of a list. */
export const uniqueName = (): string => randomBytes(9).toString('base64url');

/** The fence of an entry that is not there. No entry has it. */
export const NO_FENCE = 'none';

/**
 * Whether what is computed from `seen` may be stored where `now` stands. An absent entry refuses nothing: it was never
 * invalidated, or so long ago that no computation from before is left.
 */
export const canStillBeStored = (seen: string, now: string): boolean => now === NO_FENCE || now === seen;

/** The revision of a selection that was never made: the entry and the selection both begin with it. */
export const NEVER_SELECTED = 'none';

/** How long a copy is fresh and how long it is kept, in milliseconds; `freshMs < keepMs`. */
export interface Windows {
  readonly freshMs: number;
  readonly keepMs: number;
}

/** `fresh`: served as it is. `old`: usable when nothing better can be had. `expired`: never served. */
export type Freshness = 'fresh' | 'old' | 'expired';

/** Clocks of two machines differ by seconds, never by this much: such a timestamp is nonsense. */
const MAX_CLOCK_SKEW_MS = 10 * 60_000;

/**
 * How fresh a copy is at `nowMs`, from its timestamp alone: DynamoDB's TTL deletes days late.
 * At exactly `freshMs` a copy is no longer fresh, at exactly `keepMs` no longer usable.
 */
export function freshness(
  copy: { timestampMs: number; isStale: boolean },
  nowMs: number,
  { freshMs, keepMs }: Windows,
): Freshness {
  const ageMs = nowMs - copy.timestampMs;
  // Written so that NaN, too, counts as expired.
  if (!(ageMs < keepMs) || ageMs < -MAX_CLOCK_SKEW_MS) return 'expired';
  return copy.isStale || ageMs >= freshMs ? 'old' : 'fresh';
}

/** The layout of the items below. A reader that meets another one treats the entry as a miss and leaves it alone. */
const ENTRY_FORMAT = 1;

const Binary = v.custom<Uint8Array>((value) => value instanceof Uint8Array);

/**
 * The stored entry as a reader needs it. Beside the founding fields (`all_artists`, `cached_at`, `timestamp`,
 * `userId`, `isStale`):
 * - `fence`: changes whenever the truth changes; every write of a list is conditional on it.
 * - `selectionRevision`: the selection that the list shows, or for which it was marked as outdated.
 * - `generation`: names this list; its parts carry it in their keys.
 * - `layout`: how many chunks stand in the entry, then in each part.
 * - `partsKey`: the key that opens the parts. It stands nowhere else: who deletes the entry deletes them all.
 * - `expiresAt`: epoch seconds, fixed at computation; DynamoDB's TTL attribute.
 * - `computationMs`: how long its computation took.
 * - `lacks`: the optional lists that it was computed without; it is stale from the beginning.
 *
 * What an invalidation leaves behind holds the key, a fence and its own `expiresAt`, and no list.
 */
const EntryItem = v.object({
  format: v.literal(ENTRY_FORMAT),
  fence: v.string(),
  generation: v.string(),
  timestamp: v.number(),
  isStale: v.boolean(),
  total: v.number(),
  bytes: v.number(),
  layout: v.array(v.number()),
  expiresAt: v.number(),
  reauthorizeSoonFrom: v.optional(v.number()),
  selectionRevision: v.optional(v.string()),
  computationMs: v.optional(v.number(), 0),
  lacks: v.optional(v.pipe(v.array(v.string()), v.readonly()), []),
  partsKey: v.optional(Binary),
  all_artists: v.optional(v.array(Binary), []),
});
export type EntryItem = v.InferOutput<typeof EntryItem>;

/** The entry, or undefined when it is no list of a format that we know. */
export function parseEntry(item: unknown): EntryItem | undefined {
  const result = v.safeParse(EntryItem, item);
  return result.success ? result.output : undefined;
}

/** What is known of a stored list without reading its artists. */
export type StoredList = Pick<EntryItem, 'generation' | 'bytes' | 'layout' | 'expiresAt' | 'isStale'> &
  Partial<Pick<EntryItem, 'computationMs' | 'lacks'>>;

/** The chunks that hold the artists from `first` to before `end`. */
export function chunksOf(first: number, end: number): number[] {
  const from = Math.floor(first / CHUNK_SIZE);
  return Array.from({ length: Math.ceil(end / CHUNK_SIZE) - from }, (_, i) => from + i);
}

/** No list comes near; it only keeps `all_artists[n]` within what DynamoDB takes as an index. */
const MAX_CHUNK = 1_000_000;

/** Words that DynamoDB keeps for itself: these alone need a placeholder, and every placeholder is one more to send. */
const RESERVED: ReadonlySet<string> = new Set(['format', 'timestamp', 'total']);

const META = Object.keys(EntryItem.entries).filter((name) => name !== 'all_artists');
const META_NAMES = Object.fromEntries([...RESERVED].map((name) => [`#${name}`, name]));
const META_PROJECTION = META.map((name) => (RESERVED.has(name) ? `#${name}` : name)).join(', ');

/** What a read of the entry asks for: everything but the artists, and of those only the given chunks. */
export function projection(chunks: readonly number[]) {
  const wanted = chunks.filter((chunk) => chunk < MAX_CHUNK).map((chunk) => `, all_artists[${chunk}]`);
  return { ProjectionExpression: META_PROJECTION + wanted.join(''), ExpressionAttributeNames: META_NAMES };
}

/** A whole computed list. `computedAtMs`: when its computation began, so that no input is older than it says. */
export interface ComputedList {
  artists: readonly Artist[];
  computedAtMs: number;
  reauthorizeSoonFromMs?: number | undefined;
  /** How long its computation took. */
  computationMs?: number;
  /** The optional lists that it was computed without. */
  lacks?: readonly string[];
  /** Of the selection that it shows. */
  selectionRevision?: string | undefined;
}

/** The entry (one item, one write) and the parts of a list, as they are written. */
export function packList(userId: string, list: ComputedList, { keepMs }: Windows, itemBytes?: number) {
  const [own = [], ...others] = splitIntoItems(encodeChunks(list.artists), itemBytes);
  const partsKey = others.length > 0 ? newPartsKey() : undefined;
  const parts = others.map((chunks, i) =>
    chunks.map((chunk, index) => sealChunk(chunk, partsKey as Uint8Array, i + 1, index)),
  );
  const expiresAt = Math.ceil((list.computedAtMs + keepMs) / 1000);
  const item = {
    ...entryKey(userId),
    format: ENTRY_FORMAT as typeof ENTRY_FORMAT,
    userId,
    fence: uniqueName(),
    generation: uniqueName(),
    timestamp: list.computedAtMs,
    cached_at: new Date(list.computedAtMs).toISOString(),
    isStale: (list.lacks ?? []).length > 0,
    lacks: list.lacks ?? [],
    total: list.artists.length,
    bytes: [own, ...parts].flat().reduce((sum, chunk) => sum + chunk.byteLength, 0),
    layout: [own.length, ...parts.map((part) => part.length)],
    computationMs: list.computationMs ?? 0,
    reauthorizeSoonFrom: list.reauthorizeSoonFromMs,
    selectionRevision: list.selectionRevision,
    partsKey,
    all_artists: own,
    expiresAt,
    expiryHour: expiryHour(userId, expiresAt),
  };
  return { item, parts };
}
