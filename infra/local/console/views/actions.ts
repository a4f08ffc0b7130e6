import type { Artist, Mode, Theme } from '../state/types.ts';
import type { Language } from '../text/text.ts';

/** What a person can do on the page. */
export interface Actions {
  signIn(user: string): void;
  signOut(): void;
  connect(): void;
  reconnect(): void;
  read(page?: number): void;
  toggle(artist: Artist): void;
  setMode(mode: Mode): void;
  setLatency(latencyMs: number): void;
  pass(hours: number): void;
  play(mode: Mode): void;
  sweep(): void;
  runLoad(count: number): void;
  stopLoad(): void;
  setLanguage(language: Language): void;
  setTheme(theme: Theme): void;
  clearLog(): void;
  closeNotice(): void;
}
