import createFetchClient, { type Client } from 'openapi-fetch';
import { keepPages } from './keep-pages.ts';
import type { paths } from './schema.d.ts';

export type ArtistsClient = Client<paths>;

export interface ClientOptions {
  /** Without a slash at the end, like `https://api.example.org`. */
  readonly baseUrl: string;
  /** The access token of the user, or what gets the one of the moment. */
  readonly token: string | (() => string | Promise<string>);
  /** Of messages and warnings; the service's own choice is French. */
  readonly language?: 'fr' | 'en';
  /**
   * Keeps that many pages of artists in memory, and only asks whether they still are what they were: an unchanged page
   * comes as a 304 of a few bytes, and reads like the 200 that it stands for. None unless given. One client is for one
   * user: create another when another user signs in.
   */
  readonly keptPages?: number;
  /** `fetch` of the platform unless given. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * The API, typed by path and method after docs/openapi.json. A call answers `{ data, response }` for a 200 and
 * `{ error, response }` for any other status; it takes an `AbortSignal` as `signal`, tries once, and throws what `fetch`
 * throws when there is no reply at all.
 */
export function createClient({
  baseUrl,
  token,
  language,
  keptPages = 0,
  fetch,
}: ClientOptions): ArtistsClient {
  const client = createFetchClient<paths>({ baseUrl, ...(fetch && { fetch }) });
  client.use({
    onRequest: async ({ request }) => {
      request.headers.set('authorization', `Bearer ${typeof token === 'string' ? token : await token()}`);
      if (language) request.headers.set('accept-language', language);
    },
  });
  if (keptPages > 0) client.use(keepPages(keptPages));
  return client;
}

type ErrorOf<TReply> = TReply extends { error: infer TError } ? TError : never;

/**
 * What the service says of a failure: `code` to branch on, with the `details` that belong to it, `message` for a person,
 * and `request_id`. Undefined when API Gateway answered in its stead.
 */
export function failureOf<TReply>(reply: TReply): ErrorOf<TReply> | undefined {
  const error = (reply as { error?: { code?: unknown } } | undefined)?.error;
  return typeof error?.code === 'string' ? (error as ErrorOf<TReply>) : undefined;
}

/** How long to wait before the same request may succeed; undefined when the reply does not say. */
export function retryAfterSeconds({ headers }: Response): number | undefined {
  const text = headers.get('retry-after');
  return text === null ? undefined : Number(text);
}
