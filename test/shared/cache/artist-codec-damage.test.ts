import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Artist } from '../../../shared/artist.ts';
import { CHUNK_SIZE, CorruptChunk, decodeChunk, encodeChunks } from '../../../shared/cache/artist-codec.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { UNUSUAL, USUAL } from './unusual-artists.ts';

const onlyChunk = (artists: readonly Artist[]): Uint8Array => encodeChunks(artists)[0] ?? new Uint8Array();

/** The same bytes with a checksum that fits: what is then found, is found by the structure alone. */
function withChecksum(content: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return Uint8Array.of(...content, ...checksum);
}

function expectCorruptOrArtists(bytes: Uint8Array): void {
  try {
    expect(decodeChunk(bytes).length).toBeLessThanOrEqual(CHUNK_SIZE);
  } catch (error) {
    expect(error).toBeInstanceOf(CorruptChunk);
  }
}

describe('what is damaged is told', () => {
  const chunk = onlyChunk(realisticArtists(10));

  it('finds every change of a single byte', () => {
    const damaged = Uint8Array.from(chunk);
    for (const [at, byte] of chunk.entries()) {
      for (let flips = 1; flips < 256; flips++) {
        damaged[at] = byte ^ flips;
        if (!throwsCorruptChunk(damaged)) expect.fail(`byte ${at} changed by ${flips} passed`);
      }
      damaged[at] = byte;
    }
  });

  it('finds every two bits flipped', () => {
    const damaged = Uint8Array.from(chunk);
    const flip = (bit: number) => {
      damaged[bit >>> 3] = (damaged[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    };
    for (let first = 0; first < 64; first++) {
      for (let second = first + 1; second < chunk.length * 8; second++) {
        flip(first);
        flip(second);
        if (!throwsCorruptChunk(damaged)) expect.fail(`bits ${first} and ${second} passed`);
        flip(first);
        flip(second);
      }
    }
  });

  it.each([
    ['usual', USUAL],
    ['unusual', UNUSUAL],
    ['realistic', realisticArtists(10)],
  ])('finds every truncation of a chunk of %s artists, even under a checksum that fits', (_, artists) => {
    const whole = onlyChunk(artists);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeChunk(whole.subarray(0, length))).toThrow(CorruptChunk);
    }
    for (let length = 1; length < whole.length - 4; length++) {
      expect(() => decodeChunk(withChecksum(whole.subarray(0, length)))).toThrow(CorruptChunk);
    }
  });

  it('finds bytes added', () => {
    for (let byte = 0; byte < 256; byte++) {
      expect(() => decodeChunk(Uint8Array.of(...chunk, byte))).toThrow(CorruptChunk);
    }
    expect(() => decodeChunk(Uint8Array.of(...chunk, ...chunk))).toThrow(CorruptChunk);
  });

  it('throws nothing but CorruptChunk at any bytes under a checksum that fits', () => {
    const content = fc
      .uint8Array({ maxLength: 400 })
      .map((bytes) => withChecksum(Uint8Array.of(1, ...bytes)));
    fc.assert(fc.property(content, expectCorruptOrArtists), { numRuns: 3000 });
  });

  it('throws nothing but CorruptChunk at a chunk changed anywhere under a checksum that fits', () => {
    const sources = [onlyChunk(UNUSUAL), chunk];
    const damage = fc.record({
      source: fc.constantFrom(...sources),
      at: fc.nat({ max: 60 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(damage, ({ source, at, bytes }) => {
        const content = Uint8Array.from(source.subarray(0, -4));
        content.set(bytes, 1 + at);
        expectCorruptOrArtists(withChecksum(content));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['no byte', []],
    ['a version alone', [1]],
    ['columns that are cut off', [1, 60, 0, 0]],
    ['no names', [1, 1, ...new Array(19).fill(0)]],
    ['more artists than names', [1, 2, ...new Array(38).fill(0), ...deflateRawSync('["one name"]')]],
    ['fewer artists than names', [1, 0, ...deflateRawSync('["one name"]')]],
    ['names that are none', [1, 1, ...new Array(19).fill(0), ...deflateRawSync('null')]],
    ['a name that is none', [1, 1, ...new Array(19).fill(0), ...deflateRawSync('[1]')]],
  ])('finds %s', (_, content) => {
    expect(() => decodeChunk(Uint8Array.from(content))).toThrow(CorruptChunk);
    expect(() => decodeChunk(withChecksum(Uint8Array.from(content)))).toThrow(CorruptChunk);
  });
});

describe('versions', () => {
  it('marks every chunk with version 1 and refuses all others', () => {
    const chunk = onlyChunk(USUAL);
    expect(chunk[0]).toBe(1);
    for (let version = 0; version < 256; version++) {
      if (version === 1) continue;
      const other = withChecksum(Uint8Array.of(version, ...chunk.subarray(1, -4)));
      expect(() => decodeChunk(other)).toThrow(`unknown version ${version}`);
      expect(() => decodeChunk(other)).toThrow(CorruptChunk);
    }
  });
});

function throwsCorruptChunk(bytes: Uint8Array): boolean {
  try {
    decodeChunk(bytes);
    return false;
  } catch (error) {
    return error instanceof CorruptChunk;
  }
}
