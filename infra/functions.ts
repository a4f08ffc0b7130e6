/*
 * What each Lambda function may do and how big it is, as data: one row per file in `functions/`.
 * A permission brings its environment variables with it (see `data-stack.ts` and `api-stack.ts`), and a function has no
 * others. Actions are those that its code calls, by name and by kind of key: no wildcard, no "read and write". The
 * integration test of the permissions runs every row against the code: what is missing or not used fails there.
 */
import type { AccountKeys, CacheKeys } from './key-patterns.ts';

export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/** What may be done to items, by the kind of their key. */
export type ActionsByKey<Kind extends string> = { readonly [K in Kind]?: readonly TableAction[] };

export interface FunctionRow {
  /** CPU comes with memory: 1,769 MB are one whole processor. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** How many may run at once, where nothing before the function bounds them. */
  readonly maxConcurrency?: number;
  readonly cache?: ActionsByKey<CacheKeys>;
  /** `Query` on the cache table's index of expiry hours. */
  readonly cacheByExpiryHour?: true;
  /** How long a user's list is not tried again after a failed computation. */
  readonly backOff?: true;
  readonly account?: ActionsByKey<AccountKeys>;
  /** Reads the metrics back that the functions emit. */
  readonly metrics?: true;
  /** What it does with the tokens of users. */
  readonly tokens?: readonly ('encrypt' | 'decrypt')[];
  /** Who we are at Spotify: the id, to send users there; its secret too, to be given tokens. */
  readonly spotifyClient?: 'id' | 'secret';
  /** Where Spotify sends users back. */
  readonly spotifyRedirect?: true;
  /** Hands a computation that outlasts the request to `refresh-artists`. */
  readonly refresh?: true;
}

/** Enough processor for the TLS and JSON of a request; more memory no longer shortens a cold start noticeably. */
const REQUEST_MB = 1024;

/** HTTP APIs give up after 30 s. Ending before that leaves our own error in the reply and in the logs. */
const REQUEST_SECONDS = 29;

/**
 * Requests that make a few calls to DynamoDB, one after the other: four that each need their third try take 24 s. An
 * outage is known after the first, within 7 s (`document-client.ts`).
 */
const STORE_SECONDS = 29;

/** Requests that wait for one or a few calls to Spotify: 17 s for those, and 12 s to end (`with-deadline.ts`). */
const SPOTIFY_SECONDS = 29;

/** The app-wide cool-down after a 429 is obeyed, and begun, by every function that calls Spotify. */
const OBEYS_COOLDOWN = ['GetItem', 'UpdateItem'] as const;

/** Refreshes tell each other how many consents are called revoked. */
const COUNTS_REVOCATIONS = ['GetItem', 'PutItem'] as const;

/** A computation: tokens are refreshed and stored, the list is written, or why it was not. */
const COMPUTES = {
  backOff: true,
  account: { user: ['GetItem', 'UpdateItem'] },
  tokens: ['decrypt'],
  spotifyClient: 'secret',
} as const;

export const functionRows = {
  'get-artists': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: REQUEST_SECONDS,
    ...COMPUTES,
    cache: {
      list: ['GetItem', 'PutItem', 'UpdateItem'],
      part: ['GetItem', 'PutItem', 'DeleteItem'],
      computation: ['GetItem', 'UpdateItem'],
      cooldown: OBEYS_COOLDOWN,
      revocations: COUNTS_REVOCATIONS,
    },
    // After a ban: how much was computed before it.
    cacheByExpiryHour: true,
    refresh: true,
  },
  'refresh-artists': {
    memoryMb: REQUEST_MB,
    // The most that Lambda allows: the largest libraries take hundreds of Spotify pages, under its rate limit.
    timeoutSeconds: 900,
    // Started by an event and up to 15 minutes long: a slow Spotify must not let them pile up to the account's limit.
    maxConcurrency: 50,
    ...COMPUTES,
    cache: {
      list: ['GetItem', 'PutItem', 'UpdateItem'],
      part: ['PutItem', 'DeleteItem'],
      computation: ['GetItem', 'UpdateItem'],
      cooldown: OBEYS_COOLDOWN,
      revocations: COUNTS_REVOCATIONS,
    },
  },
  'toggle-artist': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: { list: ['GetItem', 'UpdateItem'] },
    account: { user: ['GetItem', 'UpdateItem'] },
  },
  'sync-artists': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: SPOTIFY_SECONDS,
    // The list itself is not touched, and cannot be.
    cache: { cooldown: OBEYS_COOLDOWN, revocations: COUNTS_REVOCATIONS },
    account: { user: ['GetItem', 'UpdateItem'] },
    tokens: ['decrypt'],
    spotifyClient: 'secret',
  },
  'get-profile': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: { list: ['GetItem'] },
    account: { user: ['GetItem'] },
  },
  'connect-platform': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    account: { user: ['UpdateItem'] },
    spotifyClient: 'id',
    spotifyRedirect: true,
  },
  'complete-connection': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: SPOTIFY_SECONDS,
    // Forgets the list, of which a fence stays, and its back-off.
    cache: {
      list: ['GetItem', 'PutItem'],
      part: ['DeleteItem'],
      computation: ['DeleteItem'],
      cooldown: OBEYS_COOLDOWN,
    },
    account: { user: ['GetItem', 'UpdateItem'] },
    // Decrypts what an attempt before this one was given, and could not store.
    tokens: ['encrypt', 'decrypt'],
    spotifyClient: 'secret',
    spotifyRedirect: true,
  },
  'disconnect-platform': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: { list: ['GetItem', 'PutItem'], part: ['DeleteItem'], computation: ['DeleteItem'] },
    account: { user: ['DeleteItem'] },
  },
  'get-cache-stats': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cacheByExpiryHour: true,
    metrics: true,
  },
  'not-found': {
    // Answers a constant; below this size a cold start alone takes seconds.
    memoryMb: 256,
    timeoutSeconds: 5,
  },
  sweep: {
    // Little to compute, and no request waits for it.
    memoryMb: 512,
    // Its work grows with what has expired in an hour; what is left over, the next hour finds again.
    timeoutSeconds: 300,
    // A retry of the scheduler while one still runs would only do the same work twice.
    maxConcurrency: 1,
    cache: { list: ['DeleteItem'], part: ['DeleteItem'] },
    cacheByExpiryHour: true,
  },
} as const satisfies Record<string, FunctionRow>;

export type FunctionName = keyof typeof functionRows;

export const functionNames = Object.keys(functionRows) as FunctionName[];

/** Narrows the name that a route carries. @throws Error for a route whose function has no row here. */
export function functionNamed(name: string): FunctionName {
  if (!Object.hasOwn(functionRows, name))
    throw new Error(`infra/functions.ts has no row for the function ${name}`);
  return name as FunctionName;
}
