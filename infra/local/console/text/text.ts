import { en } from './en.ts';
import { fr, type TextKey } from './fr.ts';

export type Language = 'fr' | 'en';
type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, values?: Values) => string;

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { fr, en };

/** The texts of a language, with values put into their places: numbers as that language writes them. */
export function textsOf(language: Language): Translate {
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) =>
    TEXTS[language][key].replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? '';
      return typeof value === 'number' ? numbers.format(value) : value;
    });
}
