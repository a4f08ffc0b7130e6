import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Artist } from '../artist.ts';
import { type TableDeps, tableOf } from '../storage/document-client.ts';
import { CHUNK_SIZE, CorruptChunk, decodeChunk } from './artist-codec.ts';
import { partKey } from './keys.ts';

/*
 * DynamoDB takes 400 KB an item. What exceeds the entry goes into parts: items of their own, named by the generation
 * of the list, so that parts of two generations never meet. They are written before the entry that mentions them and
 * sealed with a key that only that entry holds: whatever a crash leaves behind is noise that the TTL removes, and
 * deleting the entry deletes the whole list at once.
 */

/** Bytes of chunks that one item takes; what is left of 400 KB is for the attributes beside them, with room to spare. */
const ITEM_BYTES = 392_000;
/** What DynamoDB adds to each element of a list, and a byte to spare. */
const ELEMENT_OVERHEAD = 2;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

export const newPartsKey = (): Uint8Array => randomBytes(KEY_BYTES);

/** Splits chunks into runs that each fit one item: the first for the entry, the others for its parts. */
export function splitIntoItems(chunks: readonly Uint8Array[], itemBytes = ITEM_BYTES): Uint8Array[][] {
  const items: Uint8Array[][] = [[]];
  let used = 0;
  for (const chunk of chunks) {
    const sealed = items.length > 1 ? TAG_BYTES : 0;
    const size = chunk.byteLength + ELEMENT_OVERHEAD + sealed;
    if (used + size > itemBytes && used > 0) {
      items.push([]);
      used = 0;
    }
    (items.at(-1) as Uint8Array[]).push(chunk);
    used += size;
  }
  return items;
}

/** Where a chunk stands: `item` 0 is the entry, 1… are its parts. */
function locateChunk(chunk: number, layout: readonly number[]): { item: number; index: number } | undefined {
  let index = chunk;
  for (const [item, length] of layout.entries()) {
    if (index < length) return { item, index };
    index -= length;
  }
  return undefined;
}

/** A chunk's place is its nonce: a key seals one list, so no nonce ever serves twice. */
function nonce(part: number, index: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(part, 0);
  bytes.writeUInt32BE(index, 4);
  return bytes;
}

/** AES-256-GCM: the ciphertext, then 16 bytes of tag. */
export function sealChunk(chunk: Uint8Array, key: Uint8Array, part: number, index: number): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(part, index));
  return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when the chunk was sealed with another key or for another place. */
function openChunk(sealed: Uint8Array, key: Uint8Array, part: number, index: number): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(part, index));
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - TAG_BYTES));
  return Buffer.concat([
    decipher.update(sealed.subarray(0, sealed.byteLength - TAG_BYTES)),
    decipher.final(),
  ]);
}

export type PartStore = ReturnType<typeof createPartStore>;

/** The items that take what does not fit into a user's entry. They hold nothing but sealed chunks. */
export function createPartStore(deps: TableDeps) {
  const table = tableOf(deps);

  return {
    /** Writes all parts of a list that nothing mentions yet. */
    async write(userId: string, generation: string, parts: readonly Uint8Array[][], expiresAt: number) {
      // One after the other: a part is up to 400 write units, and a partition takes 1,000 a second.
      for (const [i, chunks] of parts.entries())
        await table.put({ ...partKey(userId, generation, i + 1), all_artists: chunks, expiresAt });
    },

    /** The sealed chunks `indexes` of a part, in that order; undefined when the part or one of them is not there. */
    async read(userId: string, generation: string, part: number, indexes: readonly number[]) {
      const ProjectionExpression = indexes.map((index) => `all_artists[${index}]`).join(', ');
      const item = await table.get(partKey(userId, generation, part), { ProjectionExpression });
      const chunks: Uint8Array[] | undefined = item?.all_artists;
      return chunks?.length === indexes.length ? chunks : undefined;
    },

    /**
     * Removes the parts of a list that nothing mentions any more. Tidiness alone: without their entry they cannot be
     * opened, and the TTL removes what a failure leaves, so a failure here fails nothing.
     */
    async remove(userId: string, { generation, layout }: Pick<StoredChunks, 'generation' | 'layout'>) {
      const [, ...parts] = layout;
      await Promise.allSettled(parts.map((_, i) => table.delete(partKey(userId, generation, i + 1))));
    },
  };
}

/** Of an entry, where its chunks are and how to open them. */
interface StoredChunks {
  generation: string;
  /** How many chunks stand in the entry, then in each part. */
  layout: readonly number[];
  total: number;
  partsKey?: Uint8Array | undefined;
  /** The wanted chunks of the entry itself. */
  all_artists: readonly Uint8Array[];
}

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
  entry: StoredChunks,
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

async function readChunks(entry: StoredChunks, chunks: readonly number[], { userId, partStore }: Wanted) {
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
