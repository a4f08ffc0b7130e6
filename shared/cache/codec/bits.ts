import { CorruptChunk } from './corrupt-chunk.ts';

/** Bits most significant first. `position` and `end` count bits. */
export interface BitReader {
  readonly bytes: Uint8Array;
  position: number;
  /** First bit that is not to be read. Reads look up to three bytes ahead; what lies past the array counts as 0. */
  end: number;
}

/** Growing buffer; what lies after `position` is zero. */
export interface BitWriter {
  bytes: Buffer;
  position: number;
}

/** Reads 0–24 bits as an unsigned number. @throws CorruptChunk past the end */
export function readBits(reader: BitReader, count: number): number {
  const { bytes, position } = reader;
  if (position + count > reader.end) throw new CorruptChunk('truncated');
  const at = position >>> 3;
  const word =
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number);
  reader.position = position + count;
  // Two shifts, since a shift by 32 is none.
  return ((word << (position & 7)) >>> 1) >>> (31 - count);
}

/** Reads a number written by `writeCount`. @throws CorruptChunk when it cannot be a length */
export function readCount(reader: BitReader): number {
  let value = 0;
  for (let shift = 0; shift < 30; shift += 4) {
    const more = readBits(reader, 1);
    value += readBits(reader, 4) << shift;
    if (!more) return value;
  }
  throw new CorruptChunk('impossible length');
}

export function createBitWriter(): BitWriter {
  return { bytes: Buffer.alloc(1024), position: 0 };
}

/** Appends the low `count` bits (0–24) of `value`. */
export function writeBits(writer: BitWriter, value: number, count: number): void {
  reserve(writer, 4);
  let left = count;
  while (left > 0) {
    const free = 8 - (writer.position & 7);
    const taken = Math.min(free, left);
    left -= taken;
    const part = (value >>> left) & ((1 << taken) - 1);
    const at = writer.position >>> 3;
    writer.bytes[at] = (writer.bytes[at] as number) | (part << (free - taken));
    writer.position += taken;
  }
}

/** Appends a length (below 2³⁰) in groups of four bits, the lowest first, each after a bit that tells if more follow. */
export function writeCount(writer: BitWriter, value: number): void {
  let left = value;
  for (; left > 15; left >>>= 4) writeBits(writer, 0b10000 | (left & 15), 5);
  writeBits(writer, left, 5);
}

/** Fills the byte begun with zero bits, then appends whole bytes. */
export function writeBytes(writer: BitWriter, bytes: Uint8Array): void {
  reserve(writer, bytes.length + 1);
  const at = (writer.position + 7) >>> 3;
  writer.bytes.set(bytes, at);
  writer.position = (at + bytes.length) * 8;
}

function reserve(writer: BitWriter, byteCount: number): void {
  const needed = (writer.position >>> 3) + byteCount + 1;
  if (needed <= writer.bytes.length) return;
  const larger = Buffer.alloc(Math.max(needed, writer.bytes.length * 2));
  writer.bytes.copy(larger);
  writer.bytes = larger;
}
