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

export const functionRows = {
  'get-artists': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: REQUEST_SECONDS,
    cache: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    account: ['GetItem', 'Query', 'UpdateItem', 'PutItem'],
    statistics: ['PutItem'],
    tokens: ['encrypt', 'decrypt'],
    spotifyClient: true,
    refresh: true,
  },
  'refresh-artists': {
    memoryMb: REQUEST_MB,
    // The most that Lambda allows: the largest libraries take hundreds of Spotify pages, under its rate limit.
    timeoutSeconds: 900,
    cache: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    account: ['GetItem', 'Query', 'UpdateItem', 'PutItem'],
    statistics: ['PutItem'],
    tokens: ['encrypt', 'decrypt'],
    spotifyClient: true,
  },
  'toggle-artist': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: ['GetItem', 'UpdateItem'],
    account: ['GetItem', 'PutItem', 'UpdateItem'],
  },
  'sync-artists': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: SPOTIFY_SECONDS,
    // The app-wide cool-down after a 429 and the back-off of the user stand in the cache table.
    cache: ['GetItem', 'UpdateItem', 'PutItem'],
    account: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    statistics: ['PutItem'],
    tokens: ['encrypt', 'decrypt'],
    spotifyClient: true,
  },
  'get-profile': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: ['GetItem'],
    account: ['GetItem', 'Query'],
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
    cache: ['GetItem', 'UpdateItem', 'DeleteItem', 'PutItem'],
    account: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    tokens: ['encrypt'],
    spotifyClient: true,
    spotifyRedirect: true,
  },
  'disconnect-platform': {
    memoryMb: REQUEST_MB,
    timeoutSeconds: STORE_SECONDS,
    cache: ['GetItem', 'UpdateItem', 'DeleteItem', 'PutItem'],
    account: ['GetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
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
    cache: ['GetItem', 'DeleteItem'],
    cacheByExpiryHour: true,
    statistics: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
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
