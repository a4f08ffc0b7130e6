import type { PlatformBucket } from '../errors.ts';
import { bucketOf } from './endpoints.ts';
import { type SpotifyReply, unavailable } from './replies.ts';
import type { SkipReason } from './schemas.ts';

/**
 * What one computation, sync or connection asked of Spotify. The caller creates it, everything below adds to it.
 * Every HTTP call counts once in `calls`, and at most once in one of the next four.
 */
export interface SpotifyUsage {
  /** HTTP calls made, tokens included, whatever came of them. */
  calls: number;
  /** Calls without a usable answer: no reply, a server's error, nonsense, a refusal. */
  failures: number;
  /** Calls answered 429. */
  rateLimited: number;
  /** Refreshes answered `invalid_grant`. */
  revocations: number;
  /** Calls that we ended before they were answered, because our patience or the rest was over: no failure, no success. */
  cut: number;
  /** Odd items that were left out of good pages. */
  skipped: number;
  skippedBy: Partial<Record<SkipReason, number>>;
  /** The buckets in which a call succeeded. */
  answered: Set<PlatformBucket>;
}

export const noUsage = (): SpotifyUsage => ({
  calls: 0,
  failures: 0,
  rateLimited: 0,
  revocations: 0,
  cut: 0,
  skipped: 0,
  skippedBy: {},
  answered: new Set(),
});

/** Counts the items that a reply was read without, if it is a page. */
export function countSkipped(usage: SpotifyUsage, reply: unknown): void {
  if (typeof reply !== 'object' || reply === null || !('skipped' in reply)) return;
  for (const reason of reply.skipped as readonly SkipReason[]) {
    usage.skipped += 1;
    usage.skippedBy[reason] = (usage.skippedBy[reason] ?? 0) + 1;
  }
}

/** What goes along with everything that may call Spotify. */
export interface SpotifyCall {
  /** The caller's deadline. When it aborts, its reason is thrown as it is. */
  signal: AbortSignal;
  usage: SpotifyUsage;
  /** Of a call that is seen to its end once it has begun: throws when it is too late to begin. */
  mayBegin?: () => void;
}

/** Runs the part of a request's work that calls Spotify: within its limits, and for as long as the request lasts. */
export type AskSpotify = <T>(work: (call: SpotifyCall) => Promise<T>) => Promise<T>;

/**
 * What is left of the invocation when Spotify is given up: time to see a call of the token endpoint that has begun to
 * its end (5 s), to store what it gave (6 s where storage is slow), and to answer.
 */
const ANSWER_MARGIN_MS = 12_000;

/**
 * Runs a request's work with Spotify, for as long as its invocation lasts.
 *
 * @throws PlatformUnavailable when the time is over, or what `work` throws.
 */
export async function withDeadline<T>(
  remainingMs: number,
  work: (call: SpotifyCall) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const giveUp = () => deadline.abort(unavailable('Spotify takes longer than the request may'));
  const timer = setTimeout(giveUp, Math.max(0, remainingMs - ANSWER_MARGIN_MS));
  try {
    return await work({ signal: deadline.signal, usage: noUsage() });
  } finally {
    clearTimeout(timer);
  }
}

/** Beyond this Spotify is considered not to answer: connection, headers and body together. */
const CALL_TIMEOUT_MS = 5_000;
/** The largest page there is has some 300 KB; what goes on beyond this is not read. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

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
    const body = await readBody(reply);
    if (reply.ok) usage.answered.add(bucketOf(url.pathname));
    return { status: reply.status, headers: reply.headers, body };
  } catch (error) {
    if (signal.aborted) usage.cut += 1;
    else usage.failures += 1;
    signal.throwIfAborted();
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
