import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

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
export function locateChunk(
  chunk: number,
  layout: readonly number[],
): { item: number; index: number } | undefined {
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
export function openChunk(sealed: Uint8Array, key: Uint8Array, part: number, index: number): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(part, index));
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - TAG_BYTES));
  return Buffer.concat([
    decipher.update(sealed.subarray(0, sealed.byteLength - TAG_BYTES)),
    decipher.final(),
  ]);
}
