import { hash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ID_LENGTH = 22;
const HEX_OF_128_BITS = 32;

/** A deterministic identifier like Spotify's: 128 bits as 22 characters of base62. */
export function spotifyId(source: string): string {
  let rest = BigInt(`0x${digest(source).slice(0, HEX_OF_128_BITS)}`);
  let id = '';
  for (let position = 0; position < ID_LENGTH; position++) {
    id = ALPHABET.charAt(Number(rest % 62n)) + id;
    rest /= 62n;
  }
  return id;
}

/** 64 hexadecimal digits: the source of everything random-looking here. */
export function digest(source: string): string {
  return hash('sha256', source, 'hex');
}

/** A number in [0, 1) from `source`. */
export function fraction(source: string): number {
  return Number.parseInt(digest(source).slice(0, 12), 16) / 2 ** 48;
}
