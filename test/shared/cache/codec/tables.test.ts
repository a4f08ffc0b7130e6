import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createBitWriter } from '../../../../shared/cache/codec/bits.ts';
import { crc16 } from '../../../../shared/cache/codec/crc16.ts';
import { GENRES } from '../../../../shared/cache/codec/genres.ts';
import { writeText } from '../../../../shared/cache/codec/text.ts';
import { ALPHABET, CONTEXT_COUNT, SYMBOL_COUNT, WIDE } from '../../../../shared/cache/codec/text-model.ts';
import { CODE_LENGTHS, LONGEST_CODE } from '../../../../shared/cache/codec/text-table.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

describe('tables of version 1', () => {
  it('are those that stored lists were written with (new tables belong to a new version)', () => {
    const writer = createBitWriter();
    for (const a of ALPHABET) for (const b of ALPHABET) for (const c of 'Aa ') writeText(writer, a + b + c);
    expect(sha256(writer.bytes.subarray(0, (writer.position + 7) >>> 3))).toBe(
      'c219337af667d4a57ed61d45347efc527f9c62e1c6a62956284140d46e972102',
    );
    expect(sha256(GENRES.join())).toBe('484bd80ef985043525d40808a77a0f11df833f127f28aeae1e6c1902218b29d2');
  });

  it('hold a complete code in each context: any bits are some symbol', () => {
    expect(CODE_LENGTHS).toHaveLength(CONTEXT_COUNT);
    for (const lengths of CODE_LENGTHS) {
      expect(lengths).toHaveLength(SYMBOL_COUNT);
      const coded = Array.from(lengths, (digit) => Number.parseInt(digit, 36)).filter((length) => length > 0);
      expect(Math.max(...coded)).toBeLessThanOrEqual(LONGEST_CODE);
      expect(coded.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
    }
  });

  it('have a code for every character everywhere, and for wide texts at the start only', () => {
    const missing = CODE_LENGTHS.map((lengths) =>
      Array.from(lengths).flatMap((digit, i) => (digit === '0' ? [i] : [])),
    );
    expect(missing).toEqual([[], ...new Array(CONTEXT_COUNT - 1).fill([WIDE])]);
  });

  it('have 128 genres, each once', () => {
    expect(new Set(GENRES).size).toBe(128);
    expect(GENRES).toHaveLength(128);
  });
});

describe('crc16', () => {
  it('agrees with the check value of CRC-16/CCITT-FALSE', () => {
    expect(crc16(Buffer.from('123456789'), 9)).toBe(0x29b1);
  });
});
