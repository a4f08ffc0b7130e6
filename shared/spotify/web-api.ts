import pLimit from 'p-limit';
import type { GenericSchema, InferOutput } from 'valibot';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { PlatformRateLimited, PlatformScopeMissing } from '../errors.ts';
import { parseJson, parseReply } from './parse-reply.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { ApiErrorReply } from './schemas.ts';
import { type SpotifyReply, sendRequest } from './send-request.ts';
import { ApplicationTrouble, unavailable } from './unavailable.ts';
import type { SpotifyCall } from './usage.ts';

/** As many calls as run at once in one computation: enough for its pages, not enough to look like an attack. */
const CONCURRENCY = 6;
/** A 429 that asks for more is for the caller to remember, not to sit out. */
const MAX_WAIT_SECONDS = 3;
const RETRY_FLOOR_MS = 200;
const RETRY_SPREAD_MS = 400;

/** The calls of one computation: they share its token, its limits and its fate. */
export interface WebApiSession {
  /**
   * One resource, checked by `schema`. `path` is ours, never what a reply says.
   *
   * The first call that fails for good ends the session: those under way are cut off, those to come are not made.
   */
  get<TSchema extends GenericSchema>(
    path: string,
    query: Record<string, string | number>,
    schema: TSchema,
  ): Promise<InferOutput<TSchema>>;
}

export interface OpenSession extends SpotifyCall {
  accessToken: string;
  /** Gets another access token after a 401; called once a session at most. */
  renew: () => Promise<string>;
}

export type WebApi = ReturnType<typeof createWebApi>;

/**
 * Spotify's Web API. What comes of a call:
 * - 401: the token is renewed and the call repeated, once; then PlatformUnavailable.
 * - 403: PlatformScopeMissing when Spotify says so, else PlatformUnavailable.
 * - 429: up to 3 s are waited, once a session; then PlatformRateLimited.
 * - 5xx, no reply: repeated once after 200–600 ms; then PlatformUnavailable.
 * - anything else, or a body that does not fit: PlatformUnavailable.
 */
export function createWebApi(deps: {
  apiUrl: string;
  clock: Clock;
  /** 0 to 1: spreads the retries of many computations. */
  random?: () => number;
  timeoutMs?: number;
}) {
  const { apiUrl, clock, random = Math.random, timeoutMs } = deps;

  function open({ accessToken, renew, signal, usage }: OpenSession): WebApiSession {
    const limit = pLimit(CONCURRENCY);
    const failure = new AbortController();
    const call: SpotifyCall = { signal: AbortSignal.any([signal, failure.signal]), usage };
    let token = Promise.resolve(accessToken);
    let renewal: Promise<string> | undefined;
    let pause: Promise<void> | undefined;

    /** One call; undefined asks for its repetition, which the caller allows once for each cause. */
    async function attempt(url: URL, spent: Set<string>): Promise<string | undefined> {
      const waited = pause !== undefined;
      await pause;
      const usedToken = await token;
      const reply = await sendOnce(url, usedToken, spent);
      if (reply === undefined || reply.status === 200) return reply?.body;
      if (reply.status === 429) usage.rateLimited += 1;
      else usage.failures += 1;
      if (reply.status === 401 && once(spent, 'token')) {
        await renewToken(usedToken);
        return undefined;
      }
      const seconds = retryAfterSeconds(reply.headers.get('retry-after'), clock.nowMs());
      if (reply.status === 429 && seconds <= MAX_WAIT_SECONDS && !waited) {
        pause ??= clock.sleep(seconds * 1000, call.signal);
        await pause;
        return undefined;
      }
      if (reply.status >= 500 && once(spent, 'server')) {
        await backOff();
        return undefined;
      }
      throw refusal(reply, seconds);
    }

    async function sendOnce(url: URL, bearer: string, spent: Set<string>): Promise<SpotifyReply | undefined> {
      const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
      try {
        return await sendRequest(url, { method: 'GET', headers }, call, timeoutMs);
      } catch (error) {
        call.signal.throwIfAborted();
        if (!once(spent, 'server')) throw error;
        await backOff();
        return undefined;
      }
    }

    const backOff = () => clock.sleep(RETRY_FLOOR_MS + random() * RETRY_SPREAD_MS, call.signal);

    /** Calls that were refused the same token share its renewal. */
    async function renewToken(refused: string): Promise<void> {
      if (refused !== (await token)) return;
      renewal ??= renew();
      token = renewal;
      await renewal;
    }

    async function untilAnswered(url: URL): Promise<string> {
      const spent = new Set<string>();
      for (;;) {
        const body = await attempt(url, spent);
        if (body !== undefined) return body;
      }
    }

    function parsed<TSchema extends GenericSchema>(schema: TSchema, body: string): InferOutput<TSchema> {
      try {
        return parseReply(schema, body);
      } catch (error) {
        usage.failures += 1;
        throw error;
      }
    }

    return {
      get: (path, query, schema) =>
        limit(async () => {
          const url = new URL(`${apiUrl}${path}`);
          for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
          try {
            return parsed(schema, await untilAnswered(url));
          } catch (error) {
            failure.abort(error);
            throw error;
          }
        }),
    };
  }

  return { open };
}

/** True the first time. */
function once(spent: Set<string>, cause: string): boolean {
  return spent.size < spent.add(cause).size;
}

function refusal({ status, body }: SpotifyReply, seconds: number): Error {
  switch (status) {
    case 429:
      return new PlatformRateLimited('Spotify limits our calls', { retryAfterSeconds: seconds });
    case 401:
      return unavailable('Spotify refuses a new access token', new ApplicationTrouble('unauthorized'));
    case 403:
      return isScopeMissing(body)
        ? new PlatformScopeMissing('the consent lacks a scope')
        : unavailable('Spotify answered 403', new ApplicationTrouble('forbidden'));
    case 400:
    case 404:
      return unavailable(`Spotify answered ${status}`, new ApplicationTrouble('request_refused'));
    default:
      return unavailable(`Spotify answered ${status}`);
  }
}

function isScopeMissing(body: string): boolean {
  const parsed = v.safeParse(ApiErrorReply, parseJson(body));
  return parsed.success && parsed.output.error.message === 'Insufficient client scope';
}
