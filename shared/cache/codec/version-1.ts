import type { Artist } from '../../artist.ts';
import { type BitReader, createBitWriter, readBits, writeBits, writeBytes } from './bits.ts';
import { CorruptChunk } from './corrupt-chunk.ts';
import { crc16 } from './crc16.ts';
import { readGenres, writeGenres } from './genres.ts';
import { ID_LENGTH, readCompactIds, writeCompactId } from './ids.ts';
import { readScores, writeScores } from './scores.ts';
import {
  artistUrl,
  HASH_DIGITS,
  hashDigits,
  imageUrl,
  readShape,
  type Shape,
  shapeOf,
  writeShape,
} from './shape.ts';
import { readText, writeText } from './text.ts';

/*
 * Version 1 of a chunk:
 *
 *   1 byte   version
 *   bits     count (4), then by columns: shapes, scores, compact ids, given ids, names, given links, given images,
 *            given genres; zeros up to a whole byte
 *   bytes    hashes of images, 12 or 20 bytes each
 *   2 bytes  CRC-16 of all the rest
 *
 * Columns, so that ids and hashes become strings in one conversion each. The bits tell where they end and the
 * shapes how many bytes follow: a missing or additional byte is found whatever the checksum says.
 */
const VERSION = 1;
const CRC_BYTES = 2;
const COUNT_BITS = 4;
/** The chunk size of every release that wrote this version. */
const MAX_COUNT = 10;
const PLATFORM: Artist['platform'] = 'spotify';

/** Encodes 1–10 artists. @throws TypeError for a score that is not finite, or a platform that has no code */
export function encodeVersion1(artists: readonly Artist[]): Uint8Array {
  if (artists.some(({ platform }) => platform !== PLATFORM)) throw new TypeError('No code for this platform');
  const writer = createBitWriter();
  const shaped = artists.map((artist) => ({ artist, shape: shapeOf(artist) }));
  writeBits(writer, VERSION, 8);
  writeBits(writer, artists.length, COUNT_BITS);
  for (const { shape } of shaped) writeShape(writer, shape);
  writeScores(
    writer,
    artists.map(({ score }) => score),
  );
  for (const { artist, shape } of shaped) if (!shape.givesId) writeCompactId(writer, artist.id);
  for (const { artist, shape } of shaped) if (shape.givesId) writeText(writer, artist.id);
  for (const { artist } of shaped) writeText(writer, artist.name);
  for (const { artist, shape } of shaped) if (shape.givesUrl) writeText(writer, artist.url);
  for (const { artist, shape } of shaped)
    if (shape.image === 'given') writeText(writer, `${artist.image_url}`);
  for (const { artist, shape } of shaped) if (shape.givesGenres) writeGenres(writer, artist.genres);
  const hashes = shaped.map(({ artist, shape }) => hashDigits(artist.image_url, shape));
  writeBytes(writer, Buffer.from(hashes.join(''), 'hex'));
  const crc = crc16(writer.bytes, writer.position >>> 3);
  writeBytes(writer, Uint8Array.of(crc >>> 8, crc & 0xff));
  return new Uint8Array(writer.bytes.subarray(0, writer.position >>> 3));
}

/** Decodes what `encodeVersion1` gave. @throws CorruptChunk */
export function decodeVersion1(bytes: Uint8Array): Artist[] {
  if (bytes.length <= CRC_BYTES || crc16(bytes, bytes.length) !== 0) throw new CorruptChunk('checksum');
  const reader: BitReader = { bytes, position: 8, end: (bytes.length - CRC_BYTES) * 8 };
  const count = readBits(reader, COUNT_BITS);
  if (count === 0 || count > MAX_COUNT) throw new CorruptChunk('impossible count');
  const shapes = times(count, () => readShape(reader));
  const hashes = takeHashes(reader, shapes);
  const scores = readScores(reader, count);
  const ids = readIds(reader, shapes);
  const names = times(count, () => readText(reader));
  const urls = shapes.map(({ givesUrl }, i) => (givesUrl ? readText(reader) : artistUrl(ids[i] as string)));
  const images = readImages(reader, shapes, hashes);
  const artists = shapes.map(
    ({ selected, givesGenres }, i): Artist => ({
      id: ids[i] as string,
      name: names[i] as string,
      image_url: images[i] as string | null,
      url: urls[i] as string,
      genres: givesGenres ? readGenres(reader) : [],
      score: scores[i] as number,
      selected,
      platform: PLATFORM,
    }),
  );
  expectPadding(reader);
  return artists;
}

/** The hexadecimal digits of all hashes, taken off the end of what remains to be read. */
function takeHashes(reader: BitReader, shapes: readonly Shape[]): string {
  const { bytes, end } = reader;
  const to = end >>> 3;
  const from = to - shapes.reduce((sum, { image }) => sum + HASH_DIGITS[image], 0) / 2;
  if (from * 8 < reader.position) throw new CorruptChunk('truncated');
  reader.end = from * 8;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex', from, to);
}

function readIds(reader: BitReader, shapes: readonly Shape[]): string[] {
  const compactCount = shapes.reduce((sum, { givesId }) => sum + Number(!givesId), 0);
  const compact = readCompactIds(reader, compactCount);
  let at = 0;
  return shapes.map(({ givesId }) => {
    if (givesId) return readText(reader);
    at += ID_LENGTH;
    return compact.slice(at - ID_LENGTH, at);
  });
}

function readImages(reader: BitReader, shapes: readonly Shape[], hashes: string): (string | null)[] {
  let at = 0;
  return shapes.map(({ image }) => {
    if (image === 'none') return null;
    if (image === 'given') return readText(reader);
    at += HASH_DIGITS[image];
    return imageUrl(image, hashes.slice(at - HASH_DIGITS[image], at));
  });
}

/** @throws CorruptChunk unless what remains is less than a byte of zeros */
function expectPadding(reader: BitReader): void {
  const left = reader.end - reader.position;
  if (left > 7 || readBits(reader, left) !== 0) throw new CorruptChunk('more than was announced');
}

function times<T>(count: number, make: () => T): T[] {
  const made: T[] = [];
  while (made.length < count) made.push(make());
  return made;
}
