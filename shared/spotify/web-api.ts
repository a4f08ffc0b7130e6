import pLimit from 'p-limit';
import type { GenericSchema, InferOutput } from 'valibot';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import {
  ApplicationTrouble,
  failedListOf,
  type PlatformBucket,
  PlatformScopeMissing,
  type TroubleReason,
} from '../errors.ts';
import { SPOTIFY_PLATFORM } from '../spotify-platform.ts';
import { countSkipped, type SpotifyCall, type SpotifyUsage, sendRequest } from './call.ts';
import { bucketOf } from './endpoints.ts';
import {
  parseJson,
  parseReply,
  rateLimited,
  type SpotifyReply,
  toldToWaitSeconds,
  unavailable,
} from './replies.ts';
import { ApiErrorReply } from './schemas.ts';

/** As many calls as run at once in one computation: enough for its pages, not enough to look like an attack. */
const CONCURRENCY = 6;
/** A 429 that asks for more is for the caller to remember, not to sit out. */
const MAX_WAIT_SECONDS = 3;
/** What Spotify gives when nothing is asked for: allowed whatever else is not. */
const SMALL_LIMIT = 20;
const RETRY_FLOOR_MS = 200;
const RETRY_SPREAD_MS = 400;

/** The calls of one computation: they share its token, its limits and its fate. */
export interface WebApiSession {
  /**
   * One resource, checked by `schema`. `path` is ours, never what a reply says.
   *
   * The first call that fails for good ends the session: those under way are cut off, those to come are not made. Not
   * so where an optional list fails: whether that is its own failure the other lists tell.
   */
  get<TSchema extends GenericSchema>(
    path: string,
    query: Record<string, string | number>,
    schema: TSchema,
  ): Promise<InferOutput<TSchema>>;
  /** Of the whole computation, its token included. */
  readonly usage: Readonly<SpotifyUsage>;
  readonly spare: SpareCalls;
}

/** Calls that may still be made beside those that were planned: repetitions, and pages that no reply foretold. */
export interface SpareCalls {
  left: number;
}

/** Until there is a plan: enough for every first page to be repeated twice. */
const FIRST_SPARE_CALLS = 10;

/** True as long as there is one more. */
export function takeSpare(spare: SpareCalls): boolean {
  spare.left -= 1;
  return spare.left >= 0;
}

export interface OpenSession extends SpotifyCall {
  accessToken: string;
  /** Gets another access token after a 401; called once a session at most. */
  renew: () => Promise<string>;
}

export type WebApi = ReturnType<typeof createWebApi>;

/**
 * Spotify's Web API. What comes of a call:
 * - 401, 403 for a scope that is missing: PlatformScopeMissing.
 * - other 401: the token is renewed and the call repeated, once; then PlatformUnavailable.
 * - 429, or 5xx with `Retry-After`: up to 3 s are waited, once a session; then PlatformRateLimited or PlatformUnavailable.
 * - other 5xx, no reply: repeated once after 200–600 ms; then PlatformUnavailable.
 * - 400 for a limit that is not allowed any more: repeated once with a smaller one, which the session then keeps to.
 * - anything else, or a body that does not fit: PlatformUnavailable.
 *
 * PlatformRateLimited and PlatformUnavailable name the bucket of the call, and how long is to be waited.
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
    const smallPages = new Set<string>();
    const spare: SpareCalls = { left: FIRST_SPARE_CALLS };
    /** A call is repeated once for each cause, and as far as the budget of the computation allows. */
    const mayRepeat = (spent: Set<string>, cause: string) => once(spent, cause) && takeSpare(spare);

    /** One call; undefined asks for its repetition, which the caller allows once for each cause. */
    async function attempt(url: URL, spent: Set<string>): Promise<string | undefined> {
      const waited = pause !== undefined;
      await pause;
      const usedToken = await token;
      if (smallPages.has(url.pathname)) url.searchParams.set('limit', String(SMALL_LIMIT));
      const reply = await sendOnce(url, usedToken, spent);
      if (reply === undefined || reply.status === 200) return reply?.body;
      if (reply.status === 429) usage.rateLimited += 1;
      else usage.failures += 1;
      if (reply.status === 401 && !isScopeMissing(reply) && mayRepeat(spent, 'token')) {
        await renewToken(usedToken);
        return undefined;
      }
      if (isLimitRefused(reply) && mayRepeat(spent, 'limit')) {
        smallPages.add(url.pathname);
        return undefined;
      }
      const nowMs = clock.nowMs();
      const seconds = toldToWaitSeconds(reply, nowMs);
      const isLimit = reply.status === 429 || (reply.status >= 500 && seconds !== undefined);
      if (isLimit && seconds !== undefined && seconds <= MAX_WAIT_SECONDS && !waited && takeSpare(spare)) {
        pause ??= clock.sleep(seconds * 1000, call.signal);
        await pause;
        return undefined;
      }
      if (reply.status >= 500 && !isLimit && mayRepeat(spent, 'server')) {
        await backOff();
        return undefined;
      }
      throw refusal(reply, bucketOf(url.pathname), nowMs);
    }

    async function sendOnce(url: URL, bearer: string, spent: Set<string>): Promise<SpotifyReply | undefined> {
      const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
      try {
        return await sendRequest(url, { method: 'GET', headers }, call, timeoutMs);
      } catch (error) {
        call.signal.throwIfAborted();
        if (!mayRepeat(spent, 'server')) throw error;
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

    function parsed<TSchema extends GenericSchema>(
      schema: TSchema,
      body: string,
      bucket: PlatformBucket,
    ): InferOutput<TSchema> {
      try {
        const reply = parseReply(schema, body, bucket);
        countSkipped(usage, reply);
        return reply;
      } catch (error) {
        usage.failures += 1;
        throw error;
      }
    }

    return {
      usage,
      spare,
      get: (path, query, schema) =>
        limit(async () => {
          const url = new URL(`${apiUrl}${path}`);
          for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
          try {
            return parsed(schema, await untilAnswered(url), bucketOf(path));
          } catch (error) {
            if (failedListOf(error, SPOTIFY_PLATFORM.needs.optional) === undefined) failure.abort(error);
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

function refusal(reply: SpotifyReply, bucket: PlatformBucket, nowMs: number): Error {
  const { status } = reply;
  if (status === 429) return rateLimited(reply, bucket, nowMs);
  if (isScopeMissing(reply)) return new PlatformScopeMissing('the consent lacks a scope');
  const toldSeconds = toldToWaitSeconds(reply, nowMs);
  const reason = TROUBLES[status];
  const cause = reason && new ApplicationTrouble(reason);
  return unavailable(`Spotify answered ${status}`, { cause, bucket, toldSeconds });
}

const TROUBLES: Readonly<Partial<Record<number, TroubleReason>>> = {
  400: 'request_refused',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'request_refused',
};

const SCOPE_MESSAGE = /^(insufficient client scope|permissions missing)\.?$/i;
/** RFC 6750, 3.1. */
const SCOPE_CHALLENGE = /\berror="?insufficient_scope\b/i;

/** What a page may have at most was lowered. */
function isLimitRefused({ status, body }: SpotifyReply): boolean {
  if (status !== 400) return false;
  const parsed = v.safeParse(ApiErrorReply, parseJson(body));
  return parsed.success && /\blimit\b/i.test(parsed.output.error.message);
}

/** Said in words, in the challenge, or in both; with 403 or 401. */
function isScopeMissing({ status, headers, body }: SpotifyReply): boolean {
  if (status !== 401 && status !== 403) return false;
  if (SCOPE_CHALLENGE.test(headers.get('www-authenticate') ?? '')) return true;
  const parsed = v.safeParse(ApiErrorReply, parseJson(body));
  return parsed.success && SCOPE_MESSAGE.test(parsed.output.error.message);
}
