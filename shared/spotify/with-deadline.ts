import { unavailable } from './unavailable.ts';
import { noUsage, type SpotifyCall } from './usage.ts';

/**
 * What is left of the invocation when Spotify is given up: time to see a call of the token endpoint that has begun to
 * its end (5 s), to store what it gave, to write down why, and to answer.
 */
const ANSWER_MARGIN_MS = 8_000;

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
