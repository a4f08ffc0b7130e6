import type { Artist, Exchange, Mode, RequestLine, Theme } from '../state/types.ts';
import type { Language } from '../text/text.ts';

/** What a person can do on the page. */
export interface Actions {
  signIn(user: string): void;
  signOut(): void;
  connect(): void;
  reconnect(): void;
  disconnect(): void;
  sync(): void;
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
  openRequest(line: RequestLine): void;
  openEntry(): void;
  closeDetails(): void;
  copyCurl(exchange: Exchange): void;
  closeNotice(): void;
}
