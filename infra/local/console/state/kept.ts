import type { Language } from '../text/text.ts';
import { type ConsoleState, type LogLine, MODES, type StatsSample, type Theme } from './types.ts';

/** What a tab remembers over the way to Spotify's page and back, and over a reload. */
interface Session {
  readonly user: string | undefined;
  readonly log: readonly LogLine[];
  readonly samples: readonly StatsSample[];
  readonly seen: readonly string[];
}

/** A connection that was begun in this tab. */
export interface PendingConnection {
  readonly user: string;
  readonly state: string;
}

const SESSION = 'console.session';
const PENDING = 'console.pending';
const LANGUAGE = 'console.language';
const THEME = 'console.theme';

/** Null too for what is not JSON: an older page may have written it. */
function read<T>(storage: Storage, key: string): T | null {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

export const readSession = () => read<Session>(sessionStorage, SESSION);
export function keepSession({ user, log, samples, seen }: ConsoleState): void {
  sessionStorage.setItem(SESSION, JSON.stringify({ user, log, samples, seen } satisfies Session));
}

/** Once only: a code is good for one use. */
export function takePending(): PendingConnection | null {
  const pending = read<PendingConnection>(sessionStorage, PENDING);
  sessionStorage.removeItem(PENDING);
  return pending;
}
export function keepPending(pending: PendingConnection): void {
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
}

/** As chosen on this machine, or as the browser asks: French unless it prefers English to it. */
export function readLanguage(): Language {
  const chosen = localStorage.getItem(LANGUAGE);
  if (chosen === 'fr' || chosen === 'en') return chosen;
  const preferred = navigator.languages
    .map((tag) => tag.slice(0, 2))
    .find((tag) => tag === 'fr' || tag === 'en');
  return preferred === 'en' ? 'en' : 'fr';
}
export const keepLanguage = (language: Language) => localStorage.setItem(LANGUAGE, language);

export function readTheme(): Theme {
  const chosen = localStorage.getItem(THEME);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}
export const keepTheme = (theme: Theme) => localStorage.setItem(THEME, theme);

export const isMode = (mode: string): mode is (typeof MODES)[number] => MODES.some((known) => known === mode);
