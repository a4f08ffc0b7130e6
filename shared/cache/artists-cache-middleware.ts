import middy, { type MiddlewareObj, type Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import { ComputationPending, StorageUnavailable } from '../errors.ts';
import { untilAborted } from '../until-aborted.ts';
import { type Answer, type Cause, fallback } from './answer.ts';
import type { Lookup } from './artists-cache.ts';
import { ComputationOutlasted, type RunningComputation, startComputation } from './computation.ts';
import type { Lease } from './computation-store.ts';
import { COMPUTING_RETRY_SECONDS, type DecideDeps, decide, type PageRequest } from './decide.ts';
import type { StoredList } from './entry.ts';
import { LeaseLost } from './lease.ts';
import { observingOutcome } from './outcome.ts';
import type { ComputedList } from './pack-list.ts';
import { causeOf, rememberFailure } from './remember-failure.ts';

/** With an old copy at hand, a request waits this long for a new one. */
const PATIENCE_WITH_COPY_MS = 4_000;
/** How long the function that takes over has to begin. */
const HAND_OFF_LEASE_MS = 30_000;
/** What is left of the invocation when a computation is given up: time to hand it on and to answer. */
const ANSWER_MARGIN_MS = 2_500;

/** The event of the wrapped handler: the page, and the signal that its computation must obey. */
export interface ComputationEvent extends PageRequest {
  signal: AbortSignal;
}

interface ArtistsCacheOptions extends DecideDeps {
  retryMs: number;
  /** Has the computation finished by a function that nobody waits for, under the same lease. */
  handOff: (lease: Lease) => Promise<void>;
}

type Internal = Record<string, unknown> & { running?: RunningComputation; found?: Lookup };

/** The computation came to nothing because its user's state is another by now, and there is no copy to serve. */
class Superseded extends Error {
  override readonly name = 'Superseded';
}

type CacheRequest = Request<ComputationEvent, Answer | ComputedList, Error, Context, Internal>;

/**
 * Serves pages from the user's cached list and calls the wrapped handler only to compute a new one: when there is no
 * fresh copy, trying is allowed, and no other instance computes. The handler returns the whole sorted list; whoever
 * calls the middy chain gets an `Answer`, or a typed error when nothing usable can be had.
 */
function artistsCache(
  options: ArtistsCacheOptions,
): MiddlewareObj<ComputationEvent, Answer | ComputedList, Error, Context, Internal> {
  const { cache, clock } = options;

  const artistsCacheBefore = async (request: CacheRequest): Promise<Answer | undefined> => {
    const { event } = request;
    const deadlineMs = event.deadlineMs - ANSWER_MARGIN_MS;
    const decision = await decide(options, { ...event, deadlineMs });
    if (decision.kind === 'answer') return decision.answer;
    const leftMs = deadlineMs - clock.nowMs();
    const patienceMs = decision.found.state === 'old' ? Math.min(PATIENCE_WITH_COPY_MS, leftMs) : leftMs;
    const running = startComputation(options, decision.lease, { patienceMs, deadlineMs: event.deadlineMs });
    request.internal.running = running;
    request.internal.found = decision.found;
    event.signal = running.signal;
    return undefined;
  };

  const artistsCacheAfter = async (request: CacheRequest): Promise<void> => {
    const { running, found } = request.internal as Required<Internal>;
    running.end();
    request.event.observe?.({ name: 'computed', ms: clock.nowMs() - running.startedAtMs });
    const list = request.response as ComputedList;
    request.response = await storeAndAnswer(request.event, running.lease, found, list);
  };

  const artistsCacheOnError = async (request: CacheRequest): Promise<void> => {
    const { running, found } = request.internal;
    if (!running || !request.error || request.error instanceof Superseded) return;
    running.end();
    request.response = await recover(request.event, running.lease, found?.stored, request.error);
  };

  async function storeAndAnswer(event: PageRequest, lease: Lease, found: Lookup, list: ComputedList) {
    const forwarded = found.state === 'old' ? 'stale' : 'miss';
    const computed = { cached: false, cacheStatus: 'fresh', forwarded } as const;
    try {
      const result = await cache.set(event.userId, list, { fence: lease.fence, stored: found.stored });
      // Invalidated while we computed: what we have may be outdated already, only the store knows.
      if (!result.stored) return await answerSuperseded(event);
      event.observe?.({ name: 'stored', list: result.list, replaced: found.stored });
      return { ...computed, copy: pageOf(list, event), fence: result.fence, stored: true };
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
      // The list is right, it only could not be kept: its reader need not suffer for that.
      return { ...computed, copy: pageOf(list, event), fence: lease.token, stored: false };
    }
  }

  async function recover(
    event: PageRequest,
    lease: Lease,
    replaced: StoredList | undefined,
    error: Error,
  ): Promise<Answer> {
    if (error instanceof LeaseLost) return answerSuperseded(event);
    const failure = error instanceof ComputationOutlasted ? await handOn(options, lease) : error;
    if (!failure) return answerFromStore(event, 'COMPUTING');
    await rememberFailure({ ...options, replaced, observe: event.observe }, lease, failure);
    return answerFromStore(event, causeOf(failure), failure);
  }

  /** The newer state has its own computation, by whoever asks next; only who has nothing to show must be that one. */
  async function answerSuperseded(event: PageRequest): Promise<Answer> {
    const found = await cache.get(event.userId, event.page, event.limit, clock.nowMs());
    if (found.state === 'none') throw new Superseded();
    return fallback(found, 'REFRESH_IN_PROGRESS', clock.nowMs());
  }

  /**
   * The best that the store has now. The copy that we saw when we began does not count: since then it may have been
   * invalidated, deleted, or grown too old.
   */
  async function answerFromStore(event: PageRequest, cause: Cause, error?: Error): Promise<Answer> {
    const found = await cache.get(event.userId, event.page, event.limit, clock.nowMs());
    if (found.state === 'none' && error) throw error;
    return fallback(found, cause, clock.nowMs(), COMPUTING_RETRY_SECONDS);
  }

  return { before: artistsCacheBefore, after: artistsCacheAfter, onError: artistsCacheOnError };
}

/** The handler that only computes, wrapped: what comes out is an `Answer`, from the store whenever it can be. */
export function cachedArtists(
  options: ArtistsCacheOptions,
  compute: (event: ComputationEvent) => Promise<ComputedList>,
): (event: PageRequest, context: Context) => Promise<Answer> {
  const chain = middy<ComputationEvent, Answer | ComputedList, Error, Context, Internal>()
    .use(artistsCache(options))
    .handler((event) => untilAborted(compute(event), event.signal));
  const answerFor = chain as unknown as (event: PageRequest, context: Context) => Promise<Answer>;
  return observingOutcome(async (event, context) => {
    try {
      return await answerFor(event, context);
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      return await answerFor(event, context).catch(pendingIfSuperseded);
    }
  });
}

/** Changed twice within one request: its client waits a moment, instead of us computing for ever. */
function pendingIfSuperseded(error: unknown): never {
  if (!(error instanceof Superseded)) throw error;
  throw new ComputationPending('the list changes faster than it is computed', {
    retryAfterSeconds: COMPUTING_RETRY_SECONDS,
  });
}

/** The lease goes along with the computation. Returns why that could not be arranged. */
async function handOn(options: ArtistsCacheOptions, lease: Lease): Promise<Error | undefined> {
  try {
    const untilMs = options.clock.nowMs() + HAND_OFF_LEASE_MS;
    if (await options.computations.renew(lease, untilMs)) await options.handOff(lease);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function pageOf(list: ComputedList, { page, limit }: PageRequest) {
  return {
    artists: list.artists.slice(page * limit, (page + 1) * limit),
    total: list.artists.length,
    timestampMs: list.computedAtMs,
    reauthorizeSoonFromMs: list.reauthorizeSoonFromMs,
  };
}
