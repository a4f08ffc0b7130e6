import { type BitReader, type BitWriter, readBits, readCount, writeBits, writeCount } from './bits.ts';
import { CorruptChunk } from './corrupt-chunk.ts';
import {
  ALPHABET,
  contextAfter,
  END,
  ESCAPE,
  FIRST_CHARACTER,
  SYMBOL_COUNT,
  symbolOf,
  TEXT_START,
  WIDE,
} from './text-model.ts';
import { CODE_LENGTHS, LONGEST_CODE } from './text-table.ts';

/*
 * Text as a static Huffman code in UTF-16 units: which code applies depends on what came before (a word starts,
 * a capital, a vowel …). Units outside of the alphabet follow an escape in 16 bits; a text made of such units
 * (Japanese, Cyrillic, Arabic) starts with a mark and its length, then holds 16 bits a unit. Hence any string,
 * lone surrogates included, comes back as it was.
 */

const { codes: CODES, decoding: DECODING } = buildTables();

/** Appends any string (its length below 2³⁰). */
export function writeText(writer: BitWriter, text: string): void {
  if (16 * text.length < narrowBits(text)) writeWide(writer, text);
  else writeNarrow(writer, text);
}

/** Reads a string written by `writeText`. @throws CorruptChunk */
export function readText(reader: BitReader): string {
  const { bytes, end } = reader;
  let text = '';
  let context = TEXT_START;
  for (;;) {
    const { position } = reader;
    const at = position >>> 3;
    const ahead =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    const window = (ahead >>> (24 - LONGEST_CODE - (position & 7))) & ((1 << LONGEST_CODE) - 1);
    const found = DECODING[(context << LONGEST_CODE) | window] as number;
    reader.position = position + (found & 15);
    if (reader.position > end) throw new CorruptChunk('truncated text');
    const symbol = found >>> 4;
    if (symbol >= FIRST_CHARACTER) text += ALPHABET[symbol - FIRST_CHARACTER];
    else if (symbol === END) return text;
    else if (symbol === WIDE) return readWide(reader);
    else text += String.fromCharCode(readBits(reader, 16));
    context = contextAfter(context, symbol);
  }
}

function writeNarrow(writer: BitWriter, text: string): void {
  let context = TEXT_START;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const symbol = symbolOf(unit);
    writeSymbol(writer, context, symbol);
    if (symbol === ESCAPE) writeBits(writer, unit, 16);
    context = contextAfter(context, symbol);
  }
  writeSymbol(writer, context, END);
}

function writeSymbol(writer: BitWriter, context: number, symbol: number): void {
  const code = CODES[context * SYMBOL_COUNT + symbol] as number;
  writeBits(writer, code >>> 4, code & 15);
}

function narrowBits(text: string): number {
  let bits = 0;
  let context = TEXT_START;
  for (let i = 0; i < text.length; i++) {
    const symbol = symbolOf(text.charCodeAt(i));
    bits += ((CODES[context * SYMBOL_COUNT + symbol] as number) & 15) + (symbol === ESCAPE ? 16 : 0);
    context = contextAfter(context, symbol);
  }
  return bits;
}

function writeWide(writer: BitWriter, text: string): void {
  writeSymbol(writer, TEXT_START, WIDE);
  writeCount(writer, text.length);
  for (let i = 0; i < text.length; i++) writeBits(writer, text.charCodeAt(i), 16);
}

function readWide(reader: BitReader): string {
  const length = readCount(reader);
  if (length * 16 > reader.end - reader.position) throw new CorruptChunk('truncated text');
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(readBits(reader, 16));
  return text;
}

/**
 * Canonical codes from their lengths: shorter codes first, equal lengths in the order of the symbols.
 * `codes` holds `code << 4 | length` by context and symbol, `decoding` holds `symbol << 4 | length` by context and
 * the next `LONGEST_CODE` bits.
 */
function buildTables(): { codes: Uint16Array; decoding: Uint16Array } {
  const codes = new Uint16Array(CODE_LENGTHS.length * SYMBOL_COUNT);
  const decoding = new Uint16Array(CODE_LENGTHS.length << LONGEST_CODE);
  for (const [context, lengths] of CODE_LENGTHS.entries()) {
    let window = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      const digit = length.toString(36);
      for (let symbol = lengths.indexOf(digit); symbol >= 0; symbol = lengths.indexOf(digit, symbol + 1)) {
        const from = (context << LONGEST_CODE) | window;
        codes[context * SYMBOL_COUNT + symbol] = ((window >>> (LONGEST_CODE - length)) << 4) | length;
        window += 1 << (LONGEST_CODE - length);
        decoding.fill((symbol << 4) | length, from, (context << LONGEST_CODE) + window);
      }
    }
  }
  return { codes, decoding };
}
