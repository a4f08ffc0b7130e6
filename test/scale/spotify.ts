import type { Clock } from '../../shared/clock.ts';
import type { Random } from '../support/random.ts';
import { DAY, HOUR_MS } from './population.ts';
import { createRate } from './rates.ts';
import { bodyOf } from './spotify-pages.ts';

/** The rolling window in which Spotify counts the calls of an application. */
const WINDOW_MS = 30_000;

/** What Spotify takes to answer: a page, or a token. */
const LATENCY_MS = { from: 250, to: 650 };

/**
 * Spotify as the real client sees it, in place of `fetch`: the pages of an ordinary account, an outage, a ban, and a
 * limit of calls in any 30 s as the local stand-in has it: a refused call counts for nothing and is told when the
 * window has room again.
 */
export function createSpotify({ clock, random, per30s }: { clock: Clock; random: Random; per30s: number }) {
  const madeAtMs: number[] = [];
  let first = 0;
  const calls = createRate();
  let refused = 0;
  let banUntilMs = Number.NaN;
  let mostIn30s = 0;

  const { outage, ban } = DAY;
  const outageFromMs = DAY.startMs + outage.fromHour * HOUR_MS;
  const outageEndMs = outageFromMs + outage.hours * HOUR_MS;
  const banFromMs = DAY.startMs + ban.atHour * HOUR_MS;

  function answer(url: URL): { status: number; retryAfter?: number; body: string } {
    const nowMs = clock.nowMs();
    calls.add(nowMs, 1);
    if (nowMs >= outageFromMs && nowMs < outageEndMs) return { status: 503, body: 'Service Unavailable' };
    if (url.pathname === '/api/token') return { status: 200, body: bodyOf(url) };
    while (first < madeAtMs.length && (madeAtMs[first] as number) <= nowMs - WINDOW_MS) first += 1;
    if (nowMs >= banFromMs && Number.isNaN(banUntilMs)) banUntilMs = nowMs + ban.seconds * 1000;
    const waitMs = nowMs < banUntilMs ? banUntilMs - nowMs : waitForRoom(nowMs);
    if (waitMs > 0) {
      refused += 1;
      return { status: 429, retryAfter: Math.max(1, Math.ceil(waitMs / 1000)), body: LIMIT_BODY };
    }
    madeAtMs.push(nowMs);
    mostIn30s = Math.max(mostIn30s, madeAtMs.length - first);
    return { status: 200, body: bodyOf(url) };
  }

  const waitForRoom = (nowMs: number) =>
    madeAtMs.length - first < per30s ? 0 : (madeAtMs[first] as number) + WINDOW_MS - nowMs;

  return {
    /** As the global `fetch`, as far as the client uses it. */
    async fetch(url: URL, { signal }: { signal: AbortSignal }): Promise<Response> {
      await clock.sleep(random.between(LATENCY_MS.from, LATENCY_MS.to) / 2, signal);
      const { status, retryAfter, body } = answer(url);
      await clock.sleep(random.between(LATENCY_MS.from, LATENCY_MS.to) / 2, signal);
      const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
      // The client reads the chunks of a body, whatever gives them.
      return { ok: status < 300, status, headers, body: [Buffer.from(body)] } as unknown as Response;
    },
    calls,
    report: () => ({ per30s, mostIn30s, refused }),
  };
}

const LIMIT_BODY = JSON.stringify({ error: { status: 429, message: 'API rate limit exceeded' } });
