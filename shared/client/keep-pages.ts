import type { Middleware } from 'openapi-fetch';

interface KeptPage {
  readonly etag: string;
  readonly headers: Headers;
  readonly body: string;
}

const PATH = '/api/user/artists';

/** The same page in another language is another page. */
const keyOf = ({ url, headers }: Request) => `${headers.get('accept-language') ?? ''} ${url}`;

/** Revalidates pages of artists by their ETag, the `count` that were used last. A request's own `If-None-Match` wins. */
export function keepPages(count: number): Middleware {
  const pages = new Map<string, KeptPage>();

  function keep(key: string, page: KeptPage): void {
    // What was used last goes to the end: the first is what was not used for longest.
    pages.delete(key);
    pages.set(key, page);
    const [oldest] = pages.keys();
    if (pages.size > count && oldest !== undefined) pages.delete(oldest);
  }

  return {
    onRequest: ({ request, schemaPath }) => {
      const page = schemaPath === PATH ? pages.get(keyOf(request)) : undefined;
      if (page && !request.headers.has('if-none-match')) request.headers.set('if-none-match', page.etag);
    },
    onResponse: async ({ request, response, schemaPath }) => {
      if (schemaPath !== PATH) return;
      const key = keyOf(request);
      const etag = response.headers.get('etag');
      const page = pages.get(key);
      if (response.status === 304 && page && etag === page.etag) {
        const headers = updated(page.headers, response.headers);
        keep(key, { ...page, headers });
        return new Response(page.body, { status: 200, headers });
      }
      if (response.status !== 200 || etag === null) return;
      keep(key, { etag, headers: response.headers, body: await response.clone().text() });
      return;
    },
  };
}

/** A 304 tells the headers anew, of the age for instance (RFC 9111, 4.3.4). */
function updated(kept: Headers, told: Headers): Headers {
  const headers = new Headers(kept);
  told.forEach((value, name) => {
    if (name !== 'content-length' && name !== 'content-encoding') headers.set(name, value);
  });
  return headers;
}
