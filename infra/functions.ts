/*
 * What each Lambda function may do and how big it is, as data: one row per file in `functions/`.
 * A permission brings its environment variables with it (see `data-stack.ts` and `api-stack.ts`), and a function has no
 * others. Actions are those that its code calls, by name: no wildcard, no "read and write".
 */

export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

export interface FunctionRow {
  /** CPU comes with memory: 1,769 MB are one whole processor. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly cache?: readonly TableAction[];
  /** `Query` on the cache table's index of expiry hours. */
  readonly cacheByExpiryHour?: true;
  /** How long a user's list is not tried again after a failed computation. */
  readonly backOff?: true;
  readonly account?: readonly TableAction[];
  readonly statistics?: readonly TableAction[];
  /** What it does with the tokens of users. */
  readonly tokens?: readonly ('encrypt' | 'decrypt')[];
  /** Our client id and secret with Spotify. */
  readonly spotifyClient?: true;
  /** Where Spotify sends users back. */
  readonly spotifyRedirect?: true;
  /** Hands a computation that outlasts the request to `refresh-artists`. */
  readonly refresh?: true;
}

/** Enough processor for the TLS and JSON of a request; more memory no longer shortens a cold start noticeably. */
const REQUEST_MB = 1024;

/** HTTP APIs give up after 30 s. Ending before that leaves our own error in the reply and in the logs. */
const REQUEST_SECONDS = 29;

/** Requests that talk to DynamoDB alone: what takes longer is an outage, and the client should hear of it. */
const STORE_SECONDS = 10;

/** Requests that wait for one or a few calls to Spotify. */
const SPOTIFY_SECONDS = 20;

/** A computation: tokens are refreshed and stored, the list is written, or why it was not. */
const COMPUTES = {
  cache: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  backOff: true,
  account: ['GetItem', 'UpdateItem'],
  statistics: ['PutItem'],
  tokens: ['decrypt'],
  spotifyClient: true,
} as const;

export const functionRows = {
  'get-artists': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: REQUEST_SECONDS,
    ...COMPUTES,
    refresh: true,
  },
  'refresh-artists': {
    memoryMb: REQUEST_MB,
    // The most that Lambda allows: the largest libraries take hundreds of Spotify pages, under its rate limit.
    timeoutSeconds: 900,
    ...COMPUTES,
  },
  'toggle-artist': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    // Deletes a list that cannot take the selection as an overlay.
    cache: ['UpdateItem', 'DeleteItem'],
    account: ['GetItem', 'UpdateItem'],
    statistics: ['PutItem'],
  },
  'sync-artists': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: SPOTIFY_SECONDS,
    // The app-wide cool-down after a 429 stands in the cache table. The list itself is not touched.
    cache: ['GetItem', 'UpdateItem'],
    account: ['GetItem', 'UpdateItem'],
    statistics: ['PutItem'],
    tokens: ['decrypt'],
    spotifyClient: true,
  },
  'get-profile': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: ['GetItem'],
    account: ['GetItem'],
  },
  'connect-platform': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    account: ['PutItem'],
    spotifyClient: true,
    spotifyRedirect: true,
  },
  'complete-connection': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: SPOTIFY_SECONDS,
    // Forgets the list and its back-off; reads and records the app-wide cool-down.
    cache: ['GetItem', 'UpdateItem', 'DeleteItem'],
    account: ['PutItem', 'UpdateItem', 'DeleteItem'],
    statistics: ['PutItem'],
    tokens: ['encrypt'],
    spotifyClient: true,
    spotifyRedirect: true,
  },
  'disconnect-platform': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: ['DeleteItem'],
    account: ['DeleteItem'],
    statistics: ['PutItem'],
  },
  'get-cache-stats': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    statistics: ['GetItem', 'Query'],
  },
  'not-found': {
    // Answers a constant; below this size a cold start alone takes seconds.
    memoryMb: 256,
    timeoutSeconds: 5,
  },
  sweep: {
    memoryMb: 512,
    // Its work grows with what has expired in an hour; what is left over, the next hour finds again.
    timeoutSeconds: 300,
    cache: ['DeleteItem'],
    cacheByExpiryHour: true,
    statistics: ['Query', 'PutItem'],
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
