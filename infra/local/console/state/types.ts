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
  /** Of a list that comes with a warning. */
  readonly warningCode: string | null;
  /** As the gateway has given it; null when nothing answered. */
  readonly requestId: string | null;
  /** Whether it is one of a load's many. */
  readonly isOfLoad: boolean;
}

/** What went over the wire; kept for the last requests, and not over a reload: it holds a token. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: readonly Header[];
  readonly requestBody: string;
  readonly replyHeaders: readonly Header[];
  readonly replyBody: string;
}
export type Header = readonly [name: string, value: string];

/** What the local stack knows of a request behind the gateway. */
export interface RecordedRequest {
  readonly function: string;
  readonly log: readonly string[];
  readonly spotify: readonly { method: string; url: string; status: number; ms: number }[];
  readonly dynamodb: readonly { operation: string; table: string; read_units: number; write_units: number }[];
  readonly read_units: number;
  readonly write_units: number;
  readonly usd_per_million: number;
}

/** What lies in the cache table for the user. */
export interface StoredEntry {
  readonly table: string;
  readonly key: string;
  readonly entry: StoredItem | null;
  readonly computation: readonly StoredAttribute[] | null;
}
export interface StoredAttribute {
  readonly name: string;
  readonly bytes: number;
  readonly value?: unknown;
}
interface StoredItem {
  readonly kind: 'list' | 'fence';
  readonly fence: string | null;
  readonly age_seconds: number | null;
  readonly expires_in_seconds: number | null;
  readonly chunk_bytes: readonly number[];
  readonly parts: number;
  readonly bytes: number;
  readonly read_units: number;
  readonly write_units: number;
  readonly attributes: readonly StoredAttribute[];
}

/** What is looked into, over the page. */
export type Opened =
  | {
      readonly kind: 'request';
      readonly line: RequestLine;
      readonly exchange: Exchange | undefined;
      /** Undefined while it is asked for; null when nothing is known. */
      readonly record: RecordedRequest | null | undefined;
    }
  | { readonly kind: 'entry'; readonly stored: StoredEntry };

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
  readonly what: 'list' | 'connect' | 'toggle' | 'sync' | 'lever';
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
  readonly opened: Opened | undefined;
  /** What assistive technology is told, and everybody sees for a while. */
  readonly notice: (Told & { readonly isProblem: boolean }) | undefined;
}
