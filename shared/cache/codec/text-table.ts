/*
 * Printed by test/bench/train-name-code.ts from 650 names of artists. Frozen: version 1 of the stored format is
 * written with it.
 */

/** The longest code, in bits. */
export const LONGEST_CODE = 11;

/** One line a context, one character a symbol: the length of its code in base 36, 0 where it has none. */
export const CODE_LENGTHS: readonly string[] = [
  'ab5abbbbbbbabbbbbbbb98bbbbbbbbbbbbbb44446556645445559544776b77bbbbbb87b9ab9bb9bb9bbbbb98bbbbbbbbbbb9bbb8b9bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  '6b05b9bbb6bbbbabb8bb99bb9bbbbbbbbbbb54445545666546558544865b68bbbbbb7bb8ab989bbb9b7bb9b798b89bbbbbbb9bb9bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  '8b08bbbabb9babbba6bbbabbbbbabbbbbbbb7a8a8aab8b99b989bba999aababbbbbb39773894399465389486488b68bbbbbbbbbbbbbababbbaabbb9bbbbbbabbabbbabbbbbbbbbb',
  '4b03bbbbbbbbbbbbabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb56555767686453679345567767bbbbbbbbbbbbbbbbbbbbbbbbbbabbbbbbbbbbbbbbbbbbbbbb',
  '3b03bbbbbbbbbbbb99bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb3865376549657647a655688968bbbbbbbbbbbbbbbbabbbbbaa8bbabbbbbbabbbbbbbabbbabb',
  '2b03bbbbbbbbbbbbbab4555bbb55bbbbbbbb4995aa9a5aa99aa5b999bbabbbbbbbbb6a886a986b97877ab7578aaa8abbbbbbbbbbbbbbbb5bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  '2b048bbbbbbbbbbb8b8bbbbbbbbbbbbbbbbb465547674b655546b656877868bbbbbb8ba78bba9bb9b99bb9aaabbbbbbbbbbbbbb8bbbbb8bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
];
