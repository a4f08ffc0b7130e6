import { type BitReader, type BitWriter, readBits, writeBits } from './bits.ts';
import { CorruptChunk } from './corrupt-chunk.ts';

/** Characters of a Spotify id. */
export const ID_LENGTH = 22;

const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'latin1');
const TRIPLES = 62 ** 3;
const COMPACT_ID = /^[0-7][0-9a-zA-Z]{21}$/;

/** Values of the digits, by character code. */
const VALUES = new Uint8Array(128);
DIGITS.forEach((code, value) => {
  VALUES[code] = value;
});

/**
 * Whether the id fits 129 bits: 22 base62 digits, the first below 8, which holds for every number of 128 bits.
 *
 * Three digits take 18 bits (62³ = 238,328 of 262,144), the first takes 3: one bit more than the plain number,
 * for small integers only. Converting 128 bits needs BigInt or limbs: many times slower.
 */
export function isCompactId(id: string): boolean {
  return COMPACT_ID.test(id);
}

export function writeCompactId(writer: BitWriter, id: string): void {
  const digit = (at: number): number => VALUES[id.charCodeAt(at)] as number;
  writeBits(writer, digit(0), 3);
  for (let at = 1; at < ID_LENGTH; at += 3) {
    writeBits(writer, (digit(at) * 62 + digit(at + 1)) * 62 + digit(at + 2), 18);
  }
}

/** Reads `count` ids as one string, to be cut: one conversion to a string costs as much as the digits of three ids. */
export function readCompactIds(reader: BitReader, count: number): string {
  const characters = Buffer.allocUnsafe(count * ID_LENGTH);
  for (let at = 0; at < characters.length; ) {
    characters[at++] = DIGITS[readBits(reader, 3)] as number;
    for (let triple = 0; triple < 7; triple++) {
      const value = readBits(reader, 18);
      if (value >= TRIPLES) throw new CorruptChunk('not a base62 id');
      const pair = (value / 62) | 0;
      const first = (pair / 62) | 0;
      characters[at++] = DIGITS[first] as number;
      characters[at++] = DIGITS[pair - first * 62] as number;
      characters[at++] = DIGITS[value - pair * 62] as number;
    }
  }
  return characters.toString('latin1');
}
