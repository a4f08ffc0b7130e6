import { InternalError } from '../errors.ts';
import type { PlayWeight } from './play-weight.ts';

/*
 * One row an artist: 22 bytes of id (base62, ASCII), the weight and its time as 64-bit floats, big-endian. Floats as
 * they are, so that adding up over many syncs loses nothing; one binary attribute, because DynamoDB takes 51 ms to
 * give 2,000 entries of a map.
 */
const ID_BYTES = 22;
const ROW_BYTES = ID_BYTES + 8 + 8;

export function encodeWeights(weights: ReadonlyMap<string, PlayWeight>): Uint8Array {
  const bytes = Buffer.alloc(weights.size * ROW_BYTES);
  let offset = 0;
  for (const [id, { weight, atMs }] of weights) {
    bytes.write(id, offset, ID_BYTES, 'latin1');
    bytes.writeDoubleBE(weight, offset + ID_BYTES);
    bytes.writeDoubleBE(atMs, offset + ID_BYTES + 8);
    offset += ROW_BYTES;
  }
  return bytes;
}

/** @throws InternalError when the bytes are not whole rows. */
export function decodeWeights(stored: Uint8Array): Map<string, PlayWeight> {
  if (stored.byteLength % ROW_BYTES !== 0) throw new InternalError('stored plays are damaged');
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const weights = new Map<string, PlayWeight>();
  for (let offset = 0; offset < bytes.length; offset += ROW_BYTES) {
    weights.set(bytes.toString('latin1', offset, offset + ID_BYTES), {
      weight: bytes.readDoubleBE(offset + ID_BYTES),
      atMs: bytes.readDoubleBE(offset + ID_BYTES + 8),
    });
  }
  return weights;
}
