import { bucketOf } from './endpoints.ts';
import { unavailable } from './unavailable.ts';
import type { SpotifyCall } from './usage.ts';

/** Beyond this Spotify is considered not to answer: connection, headers and body together. */
const CALL_TIMEOUT_MS = 5_000;
/** The largest page there is has some 300 KB; what goes on beyond this is not read. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export interface SpotifyReply {
  status: number;
  headers: Headers;
  /** UTF-8 text, at most 2 MB. Never to be logged: it may hold tokens. */
  body: string;
}

/**
 * One HTTP call, counted. Redirects are not followed: they would carry a token to wherever they point.
 *
 * @throws PlatformUnavailable when there is no whole reply in time; the signal's reason when the caller gave up.
 */
export async function sendRequest(
  url: URL,
  init: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
  { signal, usage }: SpotifyCall,
  timeoutMs: number = CALL_TIMEOUT_MS,
): Promise<SpotifyReply> {
  signal.throwIfAborted();
  usage.calls += 1;
  try {
    const reply = await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return { status: reply.status, headers: reply.headers, body: await readBody(reply) };
  } catch (error) {
    signal.throwIfAborted();
    usage.failures += 1;
    throw unavailable('Spotify did not answer', { cause: error, bucket: bucketOf(url.pathname) });
  }
}

async function readBody(reply: Response): Promise<string> {
  if (!reply.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of reply.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw new Error('the reply is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
