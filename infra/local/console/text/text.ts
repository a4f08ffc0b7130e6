import { en } from './en.ts';
import { fr, type TextKey } from './fr.ts';

export type Language = 'fr' | 'en';
type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, values?: Values) => string;

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { fr, en };

/** The space before a mark of French, or between a number and its unit: no line ends there. */
const UNBREAKABLE = / (?=[:;!?%])|(?<=[\d}]) (?=(?:h|ms|s)\b)/g;
const NO_BREAK_SPACE = '\u00a0';

/** The texts of a language, with values put into their places: numbers as that language writes them. */
export function textsOf(language: Language): Translate {
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) =>
    TEXTS[language][key]
      .replaceAll(UNBREAKABLE, NO_BREAK_SPACE)
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name] ?? '';
        return typeof value === 'number' ? numbers.format(value) : value;
      });
}
