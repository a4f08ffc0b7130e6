import type { Artist } from '../artist.ts';
import { CHUNK_SIZE, CorruptChunk, decodeChunk } from './artist-codec.ts';
import type { EntryItem } from './entry.ts';
import type { PartStore } from './part-store.ts';
import { locateChunk, openChunk } from './parts.ts';

interface Wanted {
  userId: string;
  /** Zero-based rank of the first artist wanted, and how many. */
  first: number;
  limit: number;
  /** The chunks that hold them, as asked for when the entry was read. */
  chunks: readonly number[];
  partStore: PartStore;
}

/**
 * The artists of a page. `replaced`: a part is gone, as it is when a newer list took the place of this one.
 * `unreadable`: the bytes make no sense.
 */
export async function readArtists(
  entry: EntryItem,
  wanted: Wanted,
): Promise<Artist[] | 'replaced' | 'unreadable'> {
  const existing = wanted.chunks.filter((chunk) => locateChunk(chunk, entry.layout) !== undefined);
  try {
    const chunks = await readChunks(entry, existing, wanted);
    if (!chunks) return 'replaced';
    const artists = chunks.flatMap(decodeChunk);
    const offset = wanted.first - (existing[0] ?? 0) * CHUNK_SIZE;
    const page = artists.slice(offset, offset + wanted.limit);
    const expected = Math.min(wanted.limit, Math.max(0, entry.total - wanted.first));
    return page.length === expected ? page : 'unreadable';
  } catch (error) {
    if (error instanceof CorruptChunk || isSealBroken(error)) return 'unreadable';
    throw error;
  }
}

async function readChunks(entry: EntryItem, chunks: readonly number[], { userId, partStore }: Wanted) {
  const places = chunks.map((chunk) => locateChunk(chunk, entry.layout) as { item: number; index: number });
  const own = places.filter(({ item }) => item === 0);
  // DynamoDB answers the wanted elements in their order, without the gaps.
  const found = entry.all_artists.slice(0, own.length);
  if (found.length < own.length) throw new CorruptChunk('chunks of the entry are missing');
  for (const part of new Set(places.map(({ item }) => item).filter((item) => item > 0))) {
    const indexes = places.filter(({ item }) => item === part).map(({ index }) => index);
    const sealed = await partStore.read(userId, entry.generation, part, indexes);
    if (!sealed || !entry.partsKey) return undefined;
    const key = entry.partsKey;
    found.push(...sealed.map((chunk, i) => openChunk(chunk, key, part, indexes[i] as number)));
  }
  return found;
}

/** What node:crypto throws when an authentication tag does not fit, or the key is none. */
const isSealBroken = (error: unknown) =>
  error instanceof Error && /authenticate data|authentication tag|key length/i.test(error.message);
