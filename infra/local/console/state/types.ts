import type { components } from '../../../../shared/client/schema.d.ts';
import type { TextKey } from '../text/fr.ts';
import type { Language } from '../text/text.ts';

type Schemas = components['schemas'];
export type Artist = Schemas['Artist'];
export type ArtistsPage = Schemas['GetArtistsReply'];
export type CacheStatus = Schemas['CacheStatus'];
export type Stats = Schemas['GetCacheStatsReply']['data'];

export type Theme = 'auto' | 'light' | 'dark';

/** How Spotify behaves; those of the stand-in that a visitor can choose. */
export const MODES = ['ok', 'revoked', 'expired', 'down', 'slow', 'rate_limited', 'quota'] as const;
export type Mode = (typeof MODES)[number];

/** What became of a request for the list; `other` for any other request. */
export const OUTCOMES = ['hit', 'miss', 'stale', 'fallback_revoked', 'error'] as const;
export type Outcome = (typeof OUTCOMES)[number] | 'other';

export interface RequestLine {
  readonly kind: 'request';
  readonly id: number;
  readonly atMs: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 when nothing answered. */
  readonly status: number;
  readonly ms: number;
  readonly cacheStatus: string | null;
  readonly source: 'cached' | 'computed' | null;
  readonly outcome: Outcome;
  /** The calls that Spotify had meanwhile for this account; null when they were not counted. */
  readonly calls: number | null;
  /** Of a failure. */
  readonly code: string | null;
}

/** What was done beside the API: a text with its numbers, so that it follows the language. */
export interface EventLine {
  readonly kind: 'event';
  readonly id: number;
  readonly atMs: number;
  readonly text: Told;
}
export type LogLine = RequestLine | EventLine;

/** A text and what is put into it. */
export interface Told {
  readonly key: TextKey;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** What the phone shows. */
export type Screen =
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'connect'; readonly note?: TextKey }
  | { readonly kind: 'list'; readonly page: ArtistsPage }
  | { readonly kind: 'failure'; readonly failure: Failure }
  /** Nothing to show yet. */
  | { readonly kind: 'empty' };

export interface Failure {
  readonly code: string;
  /** By the service, in the language that was asked for; null when it said nothing. */
  readonly message: string | null;
  readonly wayOut: 'retry' | 'reconnect' | 'sign-in';
  readonly retryAtMs: number | null;
}

/** Something that a person waits for. */
export interface Busy {
  readonly what: 'list' | 'connect' | 'toggle' | 'lever';
  readonly sinceMs: number;
}

/** The account on the stand-in, as its control tells. */
export interface SpotifyAccount {
  readonly account: string;
  readonly mode: string;
  readonly latency_ms: number;
  readonly total: number;
}

export interface StatsSample {
  readonly atMs: number;
  readonly hitRate: number | null;
  readonly entries: number;
  readonly staleEntries: number;
}

export interface Load {
  readonly done: number;
  readonly total: number;
}

export interface ConsoleState {
  readonly language: Language;
  readonly theme: Theme;
  /** Undefined with the real Spotify. */
  readonly spotifyUrl: string | undefined;
  readonly freshSeconds: number;
  readonly keepSeconds: number;
  readonly user: string | undefined;
  readonly screen: Screen;
  readonly busy: Busy | undefined;
  readonly spotify: SpotifyAccount | undefined;
  readonly load: Load | undefined;
  /** The newest last. */
  readonly log: readonly LogLine[];
  readonly stats: Stats | undefined;
  readonly samples: readonly StatsSample[];
  /** The steps of the story that were seen. */
  readonly seen: readonly string[];
  /** What assistive technology is told, and everybody sees for a while. */
  readonly notice: (Told & { readonly isProblem: boolean }) | undefined;
}
