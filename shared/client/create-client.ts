import createFetchClient, { type Client } from 'openapi-fetch';
import { keepPages } from './keep-pages.ts';
import type { PageStorage } from './page-store.ts';
import type { paths } from './schema.d.ts';
import { createSend, type Token } from './send.ts';

export type ArtistsClient = Client<paths>;

export interface ClientOptions {
  /** Without a slash at the end, like `https://api.example.org`. */
  readonly baseUrl: string;
  /**
   * The access token of the user, or what gets the one of the moment. When a reply is 401 it is asked once more, with
   * `expired: true`, and the request is sent again if another token comes.
   */
  readonly token: Token;
  /** Of messages and warnings; the service's own choice is French. */
  readonly language?: 'fr' | 'en';
  /**
   * Waits up to so many seconds in all for what says that it can be asked again later: a 503 with `Retry-After`, a 429, and
   * for `GET` also the gateway's own 503. None unless given. An artist is never flipped twice: say `selected` to have a
   * toggle repeated.
   */
  readonly maxWaitSeconds?: number;
  /**
   * Keeps that many pages of artists, and only asks whether they still are what they were: an unchanged page comes as a
   * 304 of a few bytes, and reads like the 200 that it stands for. Without any answer the kept page is given, up to six
   * hours old (`isOffline` tells). None unless given. One client is for one user: create another when another user signs
   * in.
   */
  readonly keptPages?: number;
  /** Where kept pages outlive the app, for this user; in memory unless given. Remove `keptPagesKey(user)` at sign-out. */
  readonly keptIn?: { readonly storage: PageStorage; readonly user: string };
  /** `fetch` of the platform unless given. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** The clock of the platform unless given. */
  readonly nowMs?: () => number;
}

/**
 * The API, typed by path and method. A call answers `{ data, response }` for a 200 and `{ error, response }` for any other
 * status, of which `failureOf` makes one shape; it takes an `AbortSignal` as `signal`, and throws what `fetch` throws when
 * there is no reply at all.
 */
export function createClient({
  baseUrl,
  token,
  language,
  maxWaitSeconds = 0,
  keptPages = 0,
  keptIn,
  fetch = (request) => globalThis.fetch(request),
  nowMs = Date.now,
}: ClientOptions): ArtistsClient {
  const client = createFetchClient<paths>({ baseUrl, fetch: createSend({ fetch, token, maxWaitSeconds }) });
  client.use({
    onRequest: ({ request }) => {
      if (language) request.headers.set('accept-language', language);
    },
  });
  if (keptPages > 0) client.use(keepPages({ count: keptPages, keptIn, nowMs }));
  return client;
}
