import { AppError, ComputationPending, codeOf, isDefect } from '../errors.ts';
import { type Answer, computed, errorOf, fallback, hit, outcomeOf, type Refusal } from './answer.ts';
import type { Lookup } from './artists-cache.ts';
import {
  ANSWER_MARGIN_MS,
  type Attempt,
  type AttemptDeps,
  attemptToCompute,
  type PageRequest,
} from './attempt.ts';
import type { Compute, Permit } from './computation.ts';
import type { Lease } from './computation-store.ts';
import { computeUnderLease, SETTLE_MS } from './compute-under-lease.ts';
import type { Platform } from './platform.ts';
import { rememberFailure } from './remember-outcome.ts';

/** With an old copy at hand, a request waits this long for a new one. */
const PATIENCE_WITH_COPY_MS = 4_000;
/** How long the function that takes over has to begin. */
const HAND_OFF_LEASE_MS = 30_000;
/** And when a computation is given up: a call that has begun by then is seen to its end, lest its token be lost. */
const GIVE_UP_MARGIN_MS = SETTLE_MS + ANSWER_MARGIN_MS;

/** A request that waits for another's computation looks after 100 ms, then less and less often. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1_000;
const lookDelayMs = (look: number) => Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** look);

/** What a client without a copy is told to wait when the computation outlasts its request. */
const COMPUTING_RETRY_SECONDS = 5;

export interface CachedArtistsDeps extends AttemptDeps {
  /** What the user has selected, strongly consistent. */
  readSelection: (userId: string) => Promise<{ selected: ReadonlySet<string>; revision: string }>;
  /** Has the computation finished by a function that no request waits for, under the same lease. */
  handOff: (lease: Lease) => Promise<void>;
}

/**
 * A page of the user's list: from the stored copy while that is fresh, at the price of one GetItem; else computed, when
 * trying is allowed and no other instance computes; else the old copy with the reason why there is no better one.
 *
 * @throws AppError when nothing usable can be had. Every request is observed to end exactly once.
 */
export async function cachedArtists(
  deps: CachedArtistsDeps,
  request: PageRequest,
  compute: Compute,
): Promise<Answer> {
  const { observe } = deps;
  try {
    const answer = await answerTo(deps, request, compute);
    observe(outcomeOf(answer));
    return answer;
  } catch (error) {
    observe({ name: 'error', code: codeOf(error) });
    throw error;
  }
}

async function answerTo(deps: CachedArtistsDeps, request: PageRequest, compute: Compute): Promise<Answer> {
  const { clock, observe } = deps;
  const { deadlineMs } = request;
  const answerByMs = deadlineMs - ANSWER_MARGIN_MS;
  let refusals = 0;
  let isHandedOn = false;
  for (let look = 0; ; look++) {
    const found = await readPage(deps, request);
    if (found.state === 'none' && found.unreadable) observe({ name: 'unreadable' });
    if (found.state === 'fresh') {
      // Read so slowly that it has passed even the hard limit: only a new look can tell.
      if (clock.nowMs() >= found.usableUntilMs) continue;
      return hit(found);
    }
    // What we computed was refused, because the truth had changed. Only a request without a copy computes once more.
    if (refusals > 0 && found.state === 'old') return oldCopy(deps, request, found, IN_PROGRESS);
    if (refusals > 1) throw pending('the list changes faster than it is computed');

    const attempt = await orDenied(found, () => attemptToCompute(deps, request, found));
    if (attempt.kind === 'denied') return oldCopy(deps, request, found, attempt);
    if (attempt.kind === 'changed' && clock.nowMs() < answerByMs) continue;
    if (attempt.kind !== 'permitted') {
      if (found.state === 'old') return oldCopy(deps, request, found, IN_PROGRESS);
      await waitForTheOther(deps, look, answerByMs);
      continue;
    }

    const { permit } = attempt;
    const patienceMs = patienceOf(permit, deadlineMs - GIVE_UP_MARGIN_MS - clock.nowMs());
    // Too late in this request to begin what must be seen to its end.
    if (patienceMs <= 0) return lastKnown(deps, request, await handOn(deps, permit));
    // Known to outlast this request: begun once, by the function that has the time.
    if (!isHandedOn && (permit.found.stored?.computationMs ?? 0) > patienceMs) {
      isHandedOn = true;
      const failed = await handOn(deps, permit);
      if (failed) return lastKnown(deps, request, failed);
      continue;
    }
    const result = await computeUnderLease(deps, permit, { patienceMs, deadlineMs }, compute);
    switch (result.kind) {
      case 'computed':
        return computed(result, permit.found, request);
      case 'failed':
        return lastKnown(deps, request, result);
      case 'outlasted':
        return lastKnown(deps, request, await handOn(deps, permit));
      case 'superseded':
        refusals += 1;
    }
  }
}

const readPage = ({ cache, clock }: CachedArtistsDeps, { userId, page, limit }: PageRequest) =>
  cache.get(userId, page, limit, clock.nowMs());

const IN_PROGRESS: Refusal = { cause: 'REFRESH_IN_PROGRESS' };

const pending = (message: string) =>
  new ComputationPending(message, { retryAfterSeconds: COMPUTING_RETRY_SECONDS });

const patienceOf = ({ found }: Permit, leftMs: number) =>
  found.state === 'old' ? Math.min(PATIENCE_WITH_COPY_MS, leftMs) : leftMs;

/** What fails between the copy and the computation, storage above all, must not cost the reader the copy. */
async function orDenied(found: Lookup, act: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await act();
  } catch (error) {
    if (found.state === 'none') throw error;
    const retryAfterSeconds = (error instanceof AppError && error.retryAfterSeconds) || 1;
    return { kind: 'denied', cause: codeOf(error), retryAfterSeconds, error };
  }
}

/** Another instance computes, and there is no copy. Throws when the request cannot wait any longer. */
async function waitForTheOther(
  { clock, observe }: CachedArtistsDeps,
  look: number,
  answerByMs: number,
): Promise<void> {
  const delayMs = lookDelayMs(look);
  if (clock.nowMs() + delayMs >= answerByMs) throw pending('another request computes');
  await clock.sleep(delayMs);
  observe({ name: 'waited', ms: delayMs });
}

type Failed = { error: Error; retryAfterSeconds: number };

/** The lease goes along with the computation, and its probes. Returns why that could not be arranged, when it could not. */
async function handOn(deps: CachedArtistsDeps, permit: Permit): Promise<Failed | undefined> {
  const { computations, bans, clock, handOff } = deps;
  const { lease, probes } = permit;
  try {
    if (await computations.renew(lease, clock.nowMs() + HAND_OFF_LEASE_MS)) await handOff(lease);
    else await bans.releaseProbes(probes, lease.token);
    return undefined;
  } catch (error) {
    return { error: error as Error, retryAfterSeconds: await rememberFailure(deps, permit, error) };
  }
}

/**
 * The best that the store has now, because the computation failed or goes on elsewhere. The copy that we saw when we
 * began does not count: since then it may have been invalidated, deleted, or grown too old.
 */
async function lastKnown(deps: CachedArtistsDeps, request: PageRequest, failed?: Failed): Promise<Answer> {
  const found = await readPage(deps, request);
  if (found.state === 'none' && failed) throw asToldToWait(failed, deps.platform);
  const goesOn = { cause: 'COMPUTING', retryAfterSeconds: COMPUTING_RETRY_SECONDS } as const;
  return oldCopy(deps, request, found, failed ? { ...failed, cause: codeOf(failed.error) } : goesOn);
}

/** The failure, with the time after which the same request can succeed. */
function asToldToWait({ error, retryAfterSeconds }: Failed, { codes }: Platform): Error {
  if (!(error instanceof AppError) || error.status !== 503 || retryAfterSeconds === 0) return error;
  return errorOf({ cause: error.code, retryAfterSeconds }, codes, error);
}

/**
 * The old copy, or the error of the cause. The selection may have changed since a list that is marked as stale was
 * computed: it is read after the entry and laid over. Without it the copy cannot be served, for it might show an
 * outdated selection. A copy hides what kept us from computing: what is our own doing must be told all the same.
 */
async function oldCopy(
  deps: CachedArtistsDeps,
  { userId }: PageRequest,
  found: Lookup,
  refusal: Refusal,
): Promise<Answer> {
  const shown = await withSelection(deps, userId, found);
  const answer = fallback(shown, refusal, deps.platform.codes, deps.clock.nowMs());
  const { error } = refusal;
  return error !== undefined && isDefect(error) ? { ...answer, defect: error as Error } : answer;
}

async function withSelection(
  { readSelection }: CachedArtistsDeps,
  userId: string,
  found: Lookup,
): Promise<Lookup> {
  if (found.state === 'none' || !found.stored.isStale) return found;
  const { selected, revision } = await readSelection(userId);
  const artists = found.copy.artists.map((artist) => ({ ...artist, selected: selected.has(artist.id) }));
  return { ...found, fence: `${found.fence} ${revision}`, copy: { ...found.copy, artists } };
}
