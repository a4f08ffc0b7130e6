import type { Middleware } from 'openapi-fetch';
import { createPageStore, type KeptPage, type PageStoreOptions } from './page-store.ts';

const LIST = '/api/user/artists';
/** After these the list is another one, or none at all. */
const ENDS_THE_LIST = new Set([
  `${LIST}/toggle`,
  '/api/user/platforms/connect/complete',
  '/api/user/platforms/disconnect',
]);
/** The service itself serves no list from this age on, whatever happens. */
const LONGEST_LIFE_MS = 6 * 3_600_000;
/** RFC 9211: what the cache of the client did. */
const OFFLINE = 'client; hit; detail=OFFLINE';

/** The same page in another language is another page. */
const keyOf = ({ url, headers }: Request) => `${headers.get('accept-language') ?? ''} ${url}`;

/** Whether a page is one that was kept, because there was no answer: the device is offline, or the service out of reach. */
export const isOffline = ({ headers }: Response): boolean => headers.get('cache-status') === OFFLINE;

/**
 * Revalidates pages of artists by their ETag, and gives the one that was kept when there is no answer at all. A request's
 * own `If-None-Match` wins.
 */
export function keepPages({ nowMs, ...options }: PageStoreOptions & { nowMs: () => number }): Middleware {
  const store = createPageStore(options);
  const begunIn = new WeakMap<Request, number>();
  return {
    onRequest: async ({ request, schemaPath }) => {
      const page = schemaPath === LIST ? await store.get(keyOf(request)) : undefined;
      begunIn.set(request, store.generation());
      if (page && !request.headers.has('if-none-match')) request.headers.set('if-none-match', page.etag);
    },
    onResponse: async ({ request, response, schemaPath }) => {
      if (response.ok && ENDS_THE_LIST.has(schemaPath)) await store.clear();
      if (schemaPath !== LIST || isOffline(response)) return;
      // Disconnected on another device: nothing of the list may stay on this one.
      if (response.status === 409) await store.clear();
      const page = await store.get(keyOf(request));
      if (response.status === 304 && page && response.headers.get('etag') === page.etag) {
        const headers = updated(page.headers, response.headers);
        await keep(request, { ...page, headers });
        return new Response(page.body, { status: 200, headers });
      }
      const etag = response.headers.get('etag');
      if (response.status !== 200 || etag === null) return;
      const headers = updated({}, response.headers);
      await keep(request, { etag, headers, body: await response.clone().text() });
      return;
    },
    onError: async ({ request, schemaPath }) => {
      if (schemaPath !== LIST || request.signal.aborted) return;
      const page = await store.get(keyOf(request));
      if (page && ageMs(page) < LONGEST_LIFE_MS) return offline(page);
      return;
    },
  };

  /** Unless the list was ended meanwhile: the reply may be of before. */
  async function keep(request: Request, page: KeptPage): Promise<void> {
    if (begunIn.get(request) === store.generation()) await store.set(keyOf(request), page);
  }

  function ageMs({ body }: KeptPage): number {
    return nowMs() - Date.parse(JSON.parse(body).data.cached_at);
  }

  function offline(page: KeptPage): Response {
    const age = String(Math.floor(ageMs(page) / 1_000));
    return new Response(page.body, {
      status: 200,
      headers: { ...page.headers, age, 'cache-status': OFFLINE },
    });
  }
}

/** A 304 tells the headers anew, of the age for instance (RFC 9111, 4.3.4). What is kept is decoded, and whole. */
function updated(kept: KeptPage['headers'], told: Headers): KeptPage['headers'] {
  const headers = { ...kept };
  told.forEach((value, name) => {
    if (name !== 'content-length' && name !== 'content-encoding') headers[name] = value;
  });
  return headers;
}
