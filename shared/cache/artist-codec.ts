import type { Artist } from '../artist.ts';
import { CorruptChunk } from './codec/corrupt-chunk.ts';
import { decodeVersion1, encodeVersion1 } from './codec/version-1.ts';

export { CorruptChunk };

/** Artists of a chunk; the last one of a list may have fewer. */
export const CHUNK_SIZE = 10;

/**
 * The version that new chunks get is the encoder's; each chunk starts with its own in one byte (0.1 byte an artist),
 * so that lists written by an older release stay readable. Decoders are only ever added here.
 */
const DECODERS: ReadonlyMap<number, (bytes: Uint8Array) => Artist[]> = new Map([[1, decodeVersion1]]);

/**
 * Packs a list into chunks of `CHUNK_SIZE` consecutive artists, about 37 bytes an artist of Spotify's development
 * shape (22-digit id, image of 640 pixels, link from the id, no genres).
 *
 * Any artist comes back exactly: other ids, links, images, genres, any string, any finite score, any order only
 * take more bytes.
 *
 * @throws TypeError for a score that is not finite, or a platform other than Spotify
 */
export function encodeChunks(artists: readonly Artist[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < artists.length; from += CHUNK_SIZE) {
    chunks.push(encodeVersion1(artists.slice(from, from + CHUNK_SIZE)));
  }
  return chunks;
}

/**
 * Unpacks the artists (1 to `CHUNK_SIZE`) of a chunk, in order.
 *
 * Every change of a chunk's length and every change within two neighbouring bytes is found; other damage passes
 * once in 65,536 times.
 *
 * @throws CorruptChunk for an unknown version and for bytes that no encoder wrote
 */
export function decodeChunk(bytes: Uint8Array): Artist[] {
  const version = bytes[0];
  if (version === undefined) throw new CorruptChunk('empty');
  const decode = DECODERS.get(version);
  if (decode === undefined) throw new CorruptChunk(`unknown version ${version}`);
  return decode(bytes);
}
