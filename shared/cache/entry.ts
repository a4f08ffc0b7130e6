import * as v from 'valibot';
import { CHUNK_SIZE } from './artist-codec.ts';
import { entryKey, expiryHour } from './keys.ts';

/** The layout of the items below. A reader that meets another one treats the entry as a miss and leaves it alone. */
const ENTRY_FORMAT = 1;

const Binary = v.custom<Uint8Array>((value) => value instanceof Uint8Array);

/**
 * The stored entry as a reader needs it. Beside the founding fields (`all_artists`, `cached_at`, `timestamp`,
 * `userId`, `isStale`):
 * - `overlay`: artists selected or deselected since the list was computed, laid over it when it is a fallback.
 * - `fence`: changes whenever the truth changes; every write of a list is conditional on it.
 * - `generation`: names this list; its parts carry it in their keys.
 * - `layout`: how many chunks stand in the entry, then in each part.
 * - `partsKey`: the key that opens the parts. It stands nowhere else: who deletes the entry deletes them all.
 * - `expiresAt`: epoch seconds, fixed at computation; DynamoDB's TTL attribute.
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
  overlay: v.record(v.string(), v.boolean()),
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
export interface StoredList {
  generation: string;
  bytes: number;
  /** Items beyond the entry itself. */
  parts: number;
  expiresAtSeconds: number;
  isStale: boolean;
}

export function storedList(entry: Omit<EntryItem, 'all_artists'>): StoredList {
  return {
    generation: entry.generation,
    bytes: entry.bytes,
    parts: entry.layout.length - 1,
    expiresAtSeconds: entry.expiresAt,
    isStale: entry.isStale,
  };
}

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

/** The whole entry as it is written: one item, one write. */
export function entryItem(
  userId: string,
  entry: Required<Pick<EntryItem, 'fence' | 'generation' | 'timestamp' | 'total' | 'bytes' | 'layout'>> &
    Pick<EntryItem, 'all_artists' | 'reauthorizeSoonFrom' | 'partsKey'>,
  keepMs: number,
) {
  const expiresAt = Math.ceil((entry.timestamp + keepMs) / 1000);
  return {
    ...entryKey(userId),
    ...entry,
    format: ENTRY_FORMAT as typeof ENTRY_FORMAT,
    userId,
    cached_at: new Date(entry.timestamp).toISOString(),
    isStale: false,
    overlay: {},
    expiresAt,
    expiryHour: expiryHour(expiresAt),
  };
}
