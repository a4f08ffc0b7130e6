/** Characters of a Spotify id: a number of 128 bits in base62. */
export const ID_LENGTH = 22;
/** 8 digits fit 6 bytes (62⁸ < 2⁴⁸) and 6 digits fit 5 (62⁶ < 2⁴⁰): 8 + 8 + 6 digits in 17 bytes, without BigInt. */
export const ID_BYTES = 17;
const GROUPS = [
  { digit: 0, digits: 8, at: 0, bytes: 6 },
  { digit: 8, digits: 8, at: 6, bytes: 6 },
  { digit: 16, digits: 6, at: 12, bytes: 5 },
] as const;

const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 'latin1');
const BASE62_ID = /^[0-9a-zA-Z]{22}$/;

/** Values of the digits, by character code. */
const VALUES = new Uint8Array(128);
DIGITS.forEach((code, value) => {
  VALUES[code] = value;
});

export const isBase62Id = (id: string): boolean => BASE62_ID.test(id);

export function writeId(column: Buffer, offset: number, id: string): void {
  for (const { digit, digits, at, bytes } of GROUPS) {
    let value = 0;
    for (let i = digit; i < digit + digits; i++) value = value * 62 + (VALUES[id.charCodeAt(i)] as number);
    column.writeUIntBE(value, offset + at, bytes);
  }
}

/** All ids of a column as one string, to be cut: one conversion to a string costs as much as the digits of three ids. */
export function readIds(column: Buffer): string {
  const count = column.length / ID_BYTES;
  const characters = Buffer.allocUnsafe(count * ID_LENGTH);
  for (let i = 0; i < count; i++) {
    for (const { digit, digits, at, bytes } of GROUPS) {
      let value = column.readUIntBE(i * ID_BYTES + at, bytes);
      for (let to = i * ID_LENGTH + digit + digits - 1; to >= i * ID_LENGTH + digit; to--) {
        const quotient = Math.floor(value / 62);
        characters[to] = DIGITS[value - quotient * 62] as number;
        value = quotient;
      }
    }
  }
  return characters.toString('latin1');
}
