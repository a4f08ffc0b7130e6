import type { Told } from '../state/types.ts';
import type { TextKey } from '../text/fr.ts';
import type { Language, Translate } from '../text/text.ts';

/** What every part of the page is given to write with. */
export interface Writing {
  readonly language: Language;
  readonly t: Translate;
}

/** `8 ms`, `1,2 s`. */
export function duration(ms: number, language: Language): string {
  const [value, unit] = ms < 1000 ? [ms, 'ms'] : [ms / 1000, 's'];
  const digits = unit === 's' || value < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${unit}`;
}

/** `3 h 05 min`. */
export function hoursAndMinutes(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export const percent = (share: number, language: Language): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share);

export const timeOfDay = (atMs: number, language: Language): string =>
  new Date(atMs).toLocaleTimeString(language, { hour12: false });

export function bytes(count: number, { language }: Writing): string {
  const text = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(count / 1024);
  return `${text}\u00a0${language === 'fr' ? 'Kio' : 'KiB'}`;
}

/** Dollars, as exactly as they are worth it. */
export const dollars = (amount: number, language: Language): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', maximumFractionDigits: 2 }).format(
    amount,
  );

/** A text with its values; a mode of Spotify is told by its name. */
export function tell({ key, values = {} }: Told, t: Translate): string {
  const mode = values.mode === undefined ? {} : { mode: t(`mode_${values.mode}` as TextKey) };
  return t(key, { ...values, ...mode });
}
