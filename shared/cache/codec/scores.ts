import { type BitReader, type BitWriter, readBits, writeBits } from './bits.ts';
import { CorruptChunk } from './corrupt-chunk.ts';

/** Hundredths: 0–100 with two decimals is 0–10,000, 14 bits. */
const MAX_HUNDREDTHS = 10_000;
const HUNDREDTHS_BITS = 14;
const MAX_RICE_PARAMETER = 13;
/** How each score of a chunk is written, 4 bits: a Rice parameter (0–13), or every score by itself. */
const EACH_BY_ITSELF = 15;

/**
 * Appends the scores of a chunk: 4 bits of mode, then
 * - descending scores of two decimals, the usual list: the first in 14 bits, then each fall as a Rice code
 *   (quotient in unary, then the remainder in as many bits as the parameter that suits this chunk best);
 * - anything else: one bit, then 14 bits of hundredths or the 64 bits of the double.
 *
 * @throws TypeError for a score that is not finite
 */
export function writeScores(writer: BitWriter, scores: readonly number[]): void {
  const hundredths = scores.map(toHundredths);
  const falls = fallsOf(hundredths);
  if (falls === undefined) {
    writeBits(writer, EACH_BY_ITSELF, 4);
    scores.forEach((score, i) => {
      writeByItself(writer, score, hundredths[i]);
    });
    return;
  }
  const parameter = bestRiceParameter(falls);
  writeBits(writer, parameter, 4);
  writeBits(writer, hundredths[0] as number, HUNDREDTHS_BITS);
  for (const fall of falls) writeRice(writer, fall, parameter);
}

/** Reads `count` (at least 1) scores: the very doubles that were written. @throws CorruptChunk */
export function readScores(reader: BitReader, count: number): number[] {
  const mode = readBits(reader, 4);
  const scores: number[] = [];
  if (mode === EACH_BY_ITSELF) {
    while (scores.length < count) scores.push(readByItself(reader));
    return scores;
  }
  if (mode > MAX_RICE_PARAMETER) throw new CorruptChunk('unknown score mode');
  let hundredths = readHundredths(reader);
  scores.push(hundredths / 100);
  while (scores.length < count) {
    hundredths -= readRice(reader, mode);
    if (hundredths < 0) throw new CorruptChunk('negative score');
    scores.push(hundredths / 100);
  }
  return scores;
}

/** The score in hundredths, or undefined when they do not give back exactly this double: -0 for one. */
function toHundredths(score: number): number | undefined {
  if (!Number.isFinite(score)) throw new TypeError('A score must be a finite number');
  const hundredths = Math.round(score * 100);
  const fits =
    hundredths >= 0 && hundredths <= MAX_HUNDREDTHS && Object.is(Math.abs(hundredths) / 100, score);
  return fits ? hundredths : undefined;
}

function fallsOf(hundredths: readonly (number | undefined)[]): number[] | undefined {
  const falls: number[] = [];
  for (const [i, value] of hundredths.entries()) {
    if (value === undefined) return undefined;
    if (i === 0) continue;
    const fall = (hundredths[i - 1] as number) - value;
    if (fall < 0) return undefined;
    falls.push(fall);
  }
  return falls;
}

function bestRiceParameter(falls: readonly number[]): number {
  let best = 0;
  let fewestBits = Number.POSITIVE_INFINITY;
  for (let parameter = 0; parameter <= MAX_RICE_PARAMETER; parameter++) {
    const bits = falls.reduce((sum, fall) => sum + (fall >>> parameter) + 1 + parameter, 0);
    if (bits < fewestBits) {
      fewestBits = bits;
      best = parameter;
    }
  }
  return best;
}

function writeRice(writer: BitWriter, value: number, parameter: number): void {
  for (let quotient = value >>> parameter; quotient > 0; quotient--) writeBits(writer, 1, 1);
  writeBits(writer, 0, 1);
  writeBits(writer, value, parameter);
}

function readRice(reader: BitReader, parameter: number): number {
  let quotient = 0;
  while (readBits(reader, 1) === 1) quotient++;
  return (quotient << parameter) + readBits(reader, parameter);
}

function writeByItself(writer: BitWriter, score: number, hundredths: number | undefined): void {
  if (hundredths !== undefined) {
    writeBits(writer, 0, 1);
    writeBits(writer, hundredths, HUNDREDTHS_BITS);
    return;
  }
  writeBits(writer, 1, 1);
  const double = new DataView(new ArrayBuffer(8));
  double.setFloat64(0, score);
  for (let at = 0; at < 8; at += 2) writeBits(writer, double.getUint16(at), 16);
}

function readByItself(reader: BitReader): number {
  if (readBits(reader, 1) === 0) return readHundredths(reader) / 100;
  const double = new DataView(new ArrayBuffer(8));
  for (let at = 0; at < 8; at += 2) double.setUint16(at, readBits(reader, 16));
  const score = double.getFloat64(0);
  if (!Number.isFinite(score)) throw new CorruptChunk('score not finite');
  return score;
}

function readHundredths(reader: BitReader): number {
  const hundredths = readBits(reader, HUNDREDTHS_BITS);
  if (hundredths > MAX_HUNDREDTHS) throw new CorruptChunk('score above 100');
  return hundredths;
}
