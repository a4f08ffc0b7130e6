import { readReply } from '../state/outcome.ts';
import type { Store } from '../state/store.ts';
import { seenAfter } from '../state/story.ts';
import type { Exchanges } from './exchanges.ts';

interface MeasuredFetchOptions {
  readonly store: Store;
  /** How many calls Spotify had until now; null when they are not counted. */
  calls(): Promise<number | null>;
  readonly exchanges: Exchanges;
  /** Whether the requests are a load's. */
  readonly isOfLoad: boolean;
}

/** `fetch` that writes each request down: its time to the last byte, and what its reply says of itself. */
export function createMeasuredFetch({ store, calls, exchanges, isOfLoad }: MeasuredFetchOptions) {
  return async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const about = { method: request.method, path: pathname + search };
    const requestBody = await request.clone().text();
    const before = await calls();
    const atMs = Date.now();
    const startedAtMs = performance.now();
    const { response, text } = await send(request);
    const ms = networkMs(request.url, startedAtMs) ?? performance.now() - startedAtMs;
    const after = before === null ? null : await calls();
    const status = response?.status ?? 0;
    const line = store.log({
      kind: 'request',
      atMs,
      ...about,
      status,
      ms,
      cacheStatus: response?.headers.get('cache-status') ?? null,
      ...readReply({ ...about, status, body: parse(text) }),
      calls: before === null || after === null ? null : after - before,
      requestId: response?.headers.get('apigw-requestid') ?? null,
      isOfLoad,
    });
    store.set(({ seen, spotify, log }) => ({ seen: seenAfter({ seen, mode: spotify?.mode, log }, line) }));
    exchanges.keep(line.id, {
      method: request.method,
      url: request.url,
      requestHeaders: [...request.headers],
      requestBody,
      replyHeaders: [...(response?.headers ?? [])],
      replyBody: text,
    });
    if (!response) throw new TypeError('nothing answers');
    return new Response(text, { status, headers: response.headers });
  };
}

/** Each reply leaves an entry; more than these are not kept unless they are cleared. */
const KEPT_ENTRIES = 200;

/**
 * From the request on its way to the last byte of its reply, as the browser's network saw it: what this page itself
 * draws meanwhile, on the same processor, is not counted.
 */
function networkMs(url: string, startedAtMs: number): number | undefined {
  const entries = performance.getEntriesByName(url, 'resource') as PerformanceResourceTiming[];
  const [entry] = entries.filter(({ startTime }) => startTime >= startedAtMs);
  if (performance.getEntriesByType('resource').length > KEPT_ENTRIES) performance.clearResourceTimings();
  return entry && entry.requestStart > 0 ? entry.responseEnd - entry.requestStart : undefined;
}

/** Read to its end: only then the person has waited. */
async function send(request: Request): Promise<{ response?: Response; text: string }> {
  try {
    const response = await fetch(request, { cache: 'no-store' });
    return { response, text: await response.text() };
  } catch {
    return { text: '' };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
