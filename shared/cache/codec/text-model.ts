/*
 * The model behind the code of texts, a part of version 1 of the stored format: the order of the alphabet and the
 * contexts are frozen with it. Another model is another version.
 */

/** What has codes of its own: printable ASCII, then the letters and signs most frequent in names of artists. */
export const ALPHABET =
  ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~' +
  'ÁÂÄÅÇÉÍÓÖØÚÜáâãäåæçèéêëíîïñóôõöøúûüýčğışšžł’–';

/** The first symbols of each code; the characters of the alphabet follow. */
export const END = 0;
export const ESCAPE = 1;
export const WIDE = 2;
export const FIRST_CHARACTER = 3;

/** The symbols of a code: three marks and the alphabet. */
export const SYMBOL_COUNT = FIRST_CHARACTER + ALPHABET.length;

/**
 * What came before, each with its own code; the numbers index `CODE_LENGTHS`. Those without a name here (1 a word
 * starts, 3 after a vowel, 4 after a consonant) stand only among the digits of `CONTEXT_AFTER`.
 */
export const TEXT_START = 0;
const CAPITAL = 2;
const OTHER = 5;
const CAPITALS = 6;
export const CONTEXT_COUNT = 7;

/**
 * The context after each character of the alphabet, one digit each, whatever the context before; `CAPITALS` is decided by
 * `contextAfter`.
 */
const CONTEXT_AFTER =
  '15155515155151115555555555555555522222222222222222222222222555555344434443444443444443444345555' +
  '222222222222333333433333334333333333443444451';

const AFTER_SYMBOL = new Uint8Array(SYMBOL_COUNT).fill(OTHER);
for (let i = 0; i < CONTEXT_AFTER.length; i++) AFTER_SYMBOL[FIRST_CHARACTER + i] = Number(CONTEXT_AFTER[i]);

const SYMBOL_OF = new Map<number, number>();
for (let i = 0; i < ALPHABET.length; i++) SYMBOL_OF.set(ALPHABET.charCodeAt(i), FIRST_CHARACTER + i);

/** The symbol of a UTF-16 unit, `ESCAPE` outside of the alphabet. */
export function symbolOf(unit: number): number {
  return SYMBOL_OF.get(unit) ?? ESCAPE;
}

/** The context for the symbol that follows `symbol`, itself read or written in `context`. */
export function contextAfter(context: number, symbol: number): number {
  const next = AFTER_SYMBOL[symbol] as number;
  return next === CAPITAL && (context === CAPITAL || context === CAPITALS) ? CAPITALS : next;
}
