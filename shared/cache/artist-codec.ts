import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Artist } from '../artist.ts';

/*
 * A chunk of n artists, in columns:
 *
 *   1 byte    version
 *   1 byte    n
 *   17 n      ids: 22 base62 digits each, zeros for any other id
 *   2 n       score in hundredths (14 bits), whether a hash stands for the image (1 bit), selected (1 bit)
 *   12 a hash the last 24 hexadecimal digits of images of 640 pixels
 *   deflated  JSON of the rest, one element an artist: its name, or an object of all that the columns do not tell
 *   4 bytes   CRC-32 of all before
 */
const VERSION = 1;
const HEADER_BYTES = 2;
const FACT_BYTES = 2;
const HASH_BYTES = 12;
const CRC_BYTES = 4;

/**
 * Artists of a chunk; the last one of a list may have fewer. A page decodes whole chunks: 100 would save 0.8 bytes an
 * artist for half as much again to decode, 50 would keep fewer than 9,800 artists in one item.
 */
export const CHUNK_SIZE = 60;
/** What the JSON of a chunk usually fits. zlib's own 16 KB buffer takes as long to allocate as the page to inflate. */
const INFLATE = { chunkSize: 2048 };

const ARTIST_URL = 'https://open.spotify.com/artist/';
const IMAGE_URL = 'https://i.scdn.co/image/ab6761610000e5eb';
const HASHED_IMAGE = /^https:\/\/i\.scdn\.co\/image\/ab6761610000e5eb([0-9a-f]{24})$/;
const PLATFORM: Artist['platform'] = 'spotify';

const MAX_HUNDREDTHS = 10_000;
/** Stands in the column when the score is no number of hundredths from 0 to 100. */
const OTHER_SCORE = 0x3fff;

/**
 * The bytes are no chunk that this release can read. Not an `AppError`: a reader of the store treats it as a miss and
 * counts it; no client is told.
 */
export class CorruptChunk extends Error {
  override readonly name = 'CorruptChunk';

  constructor(reason: string, options?: ErrorOptions) {
    super(`Stored artists cannot be read: ${reason}`, options);
  }
}

/**
 * Packs a list into chunks of `CHUNK_SIZE` consecutive artists, about 40 bytes an artist of Spotify's development
 * shape. Every artist comes back as JSON has it, fields unknown here included; an unusual one takes more bytes.
 *
 * @throws TypeError for a score that is not finite
 */
export function encodeChunks(artists: readonly Artist[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < artists.length; from += CHUNK_SIZE) {
    chunks.push(encodeChunk(artists.slice(from, from + CHUNK_SIZE)));
  }
  return chunks;
}

function encodeChunk(artists: readonly Artist[]): Uint8Array {
  const count = artists.length;
  const columns = Buffer.alloc(HEADER_BYTES + count * (ID_BYTES + FACT_BYTES));
  columns[0] = VERSION;
  columns[1] = count;
  const hashes: string[] = [];
  const rest = artists.map(
    ({ id, name, image_url, url, genres, score, selected, platform, ...unknown }, i) => {
      const hash = HASHED_IMAGE.exec(image_url ?? '')?.[1];
      const hundredths = toHundredths(score);
      const compactId = isBase62Id(id);
      if (compactId) writeId(columns, HEADER_BYTES + i * ID_BYTES, id);
      const fact = ((hundredths ?? OTHER_SCORE) << 2) | (hash ? 2 : 0) | Number(selected);
      columns.writeUInt16BE(fact, HEADER_BYTES + count * ID_BYTES + i * FACT_BYTES);
      if (hash) hashes.push(hash);
      const odd = {
        ...(compactId ? {} : { id }),
        ...(hash || image_url === null ? {} : { image_url }),
        ...(url === ARTIST_URL + id ? {} : { url }),
        ...(genres.length === 0 ? {} : { genres }),
        ...(hundredths === undefined ? { score } : {}),
        ...(platform === PLATFORM ? {} : { platform }),
        ...unknown,
      };
      return Object.keys(odd).length === 0 ? name : { name, ...odd };
    },
  );
  const deflated = deflateRawSync(JSON.stringify(rest), { level: 9 });
  const content = Buffer.concat([columns, Buffer.from(hashes.join(''), 'hex'), deflated]);
  const checksum = Buffer.alloc(CRC_BYTES);
  checksum.writeUInt32BE(crc32(content));
  return new Uint8Array(Buffer.concat([content, checksum]));
}

/** The score in hundredths, or undefined when they do not give back exactly this number. */
function toHundredths(score: number): number | undefined {
  if (!Number.isFinite(score)) throw new TypeError('A score must be a finite number');
  const hundredths = Math.round(score * 100);
  return hundredths >= 0 && hundredths <= MAX_HUNDREDTHS && hundredths / 100 === score
    ? hundredths
    : undefined;
}

/**
 * Unpacks the artists (1 to `CHUNK_SIZE`) of a chunk, in order. Damage passes the checksum once in 2³² times.
 *
 * @throws CorruptChunk for an unknown version and for bytes that no encoder wrote
 */
export function decodeChunk(stored: Uint8Array): Artist[] {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const end = bytes.length - CRC_BYTES;
  if (end < HEADER_BYTES) throw new CorruptChunk('truncated');
  if (bytes[0] !== VERSION) throw new CorruptChunk(`unknown version ${bytes[0]}`);
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new CorruptChunk('checksum');
  try {
    return readArtists(bytes.subarray(0, end));
  } catch (error) {
    throw new CorruptChunk('not a chunk', { cause: error });
  }
}

/** What the columns do not tell of an artist: the name alone, or with it each field that is not as usual. */
type Rest = string | (Partial<Artist> & Pick<Artist, 'name'>);

function readArtists(bytes: Buffer): Artist[] {
  const count = bytes[1] as number;
  const factsAt = HEADER_BYTES + count * ID_BYTES;
  const hashesAt = factsAt + count * FACT_BYTES;
  const facts = Array.from({ length: count }, (_, i) => bytes.readUInt16BE(factsAt + i * FACT_BYTES));
  const restAt = hashesAt + facts.filter((fact) => fact & 2).length * HASH_BYTES;
  const ids = readIds(bytes.subarray(HEADER_BYTES, factsAt));
  const hashes = bytes.toString('hex', hashesAt, restAt);
  const rest: Rest[] = JSON.parse(inflateRawSync(bytes.subarray(restAt), INFLATE).toString());
  if (rest.length !== count) throw new Error(`${rest.length} names for ${count} artists`);
  let hash = 0;
  return rest.map((given, i) => {
    const fact = facts[i] as number;
    const odd = typeof given === 'string' ? undefined : given;
    if (odd && typeof odd.name !== 'string') throw new Error('an artist without a name');
    const id = odd?.id ?? ids.slice(i * ID_LENGTH, (i + 1) * ID_LENGTH);
    const hashed = (fact & 2) !== 0;
    if (hashed) hash += 2 * HASH_BYTES;
    const artist: Artist = {
      id,
      name: odd ? odd.name : (given as string),
      image_url: hashed ? IMAGE_URL + hashes.slice(hash - 2 * HASH_BYTES, hash) : null,
      url: ARTIST_URL + id,
      genres: [],
      score: (fact >>> 2) / 100,
      selected: (fact & 1) === 1,
      platform: PLATFORM,
    };
    return odd ? { ...artist, ...odd } : artist;
  });
}

/** Characters of a Spotify id: a number of 128 bits in base62. */
const ID_LENGTH = 22;
/** 8 digits fit 6 bytes (62⁸ < 2⁴⁸) and 6 digits fit 5 (62⁶ < 2⁴⁰): 8 + 8 + 6 digits in 17 bytes, without BigInt. */
const ID_BYTES = 17;
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

const isBase62Id = (id: string): boolean => BASE62_ID.test(id);

function writeId(column: Buffer, offset: number, id: string): void {
  for (const { digit, digits, at, bytes } of GROUPS) {
    let value = 0;
    for (let i = digit; i < digit + digits; i++) value = value * 62 + (VALUES[id.charCodeAt(i)] as number);
    column.writeUIntBE(value, offset + at, bytes);
  }
}

/** All ids of a column as one string, to be cut: one conversion to a string costs as much as the digits of three ids. */
function readIds(column: Buffer): string {
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
