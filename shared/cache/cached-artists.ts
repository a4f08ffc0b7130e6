import { randomUUID } from 'node:crypto';
import { AppError, ComputationPending, codeOf, isDefect } from '../errors.ts';
import type { Admit } from './admission.ts';
import {
  type Answer,
  type Cause,
  computed,
  errorOf,
  fallback,
  hit,
  outcomeOf,
  type Refusal,
} from './answer.ts';
import type { Lookup } from './artists-cache.ts';
import { attemptVerdict } from './attempt.ts';
import { PROBE_MS, spread } from './bans.ts';
import type { Lease } from './computation-store.ts';
import {
  type Begun,
  type ComputationDeps,
  type Compute,
  computeUnderLease,
  LEASE_MS,
  rememberFailure,
  SETTLE_MS,
} from './compute-under-lease.ts';
import { isSameTruth } from './entry.ts';
import type { Observe } from './events.ts';
import { namesOf, type Platform } from './platform.ts';

/** With an old copy at hand, a request waits this long for a new one. */
const PATIENCE_WITH_COPY_MS = 4_000;
/** How long the function that takes over has to begin. */
const HAND_OFF_LEASE_MS = 30_000;
/** What is left of the invocation in the end: time to hand a computation on and to answer. */
const ANSWER_MARGIN_MS = 2_500;
/** And when a computation is given up: a call that has begun by then is seen to its end, lest its token be lost. */
const GIVE_UP_MARGIN_MS = SETTLE_MS + ANSWER_MARGIN_MS;

/** A request that waits for another's computation looks after 100 ms, then less and less often. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1_000;
const lookDelayMs = (look: number) => Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** look);

/** When a request that was not let in after a ban may try again. */
const PACED_RETRY_SECONDS = 10;

/** What a client without a copy is told to wait when the computation outlasts its request. */
const COMPUTING_RETRY_SECONDS = 5;

/** A page of a user's list, wanted before `deadlineMs` (epoch milliseconds). */
export interface PageRequest {
  userId: string;
  /** Zero-based. */
  page: number;
  limit: number;
  deadlineMs: number;
  observe?: Observe | undefined;
}

export interface CachedArtistsDeps extends ComputationDeps {
  /** What the user has selected, strongly consistent. */
  readSelection: (userId: string) => Promise<{ selected: ReadonlySet<string>; revision: string }>;
  /** Whether one more computation may begin in the time after a ban. */
  admit: Admit;
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
  try {
    const answer = await answerOf(deps, request, compute);
    request.observe?.(outcomeOf(answer));
    return answer;
  } catch (error) {
    request.observe?.({ name: 'error', code: codeOf(error) });
    throw error;
  }
}

async function answerOf(deps: CachedArtistsDeps, request: PageRequest, compute: Compute): Promise<Answer> {
  const { clock } = deps;
  const answerByMs = request.deadlineMs - ANSWER_MARGIN_MS;
  let refused = 0;
  let isHandedOn = false;
  for (let look = 0; ; look++) {
    const found = await read(deps, request);
    if (found.state === 'none' && found.unreadable) request.observe?.({ name: 'unreadable' });
    if (found.state === 'fresh') {
      // Read so slowly that it has passed even the hard limit: only a new look can tell.
      if (clock.nowMs() >= found.usableUntilMs) continue;
      return hit(found);
    }
    // What we computed was refused, because the truth had changed. Only a request without a copy computes once more.
    if (refused > 0 && found.state === 'old')
      return oldCopy(deps, request, found, { cause: 'REFRESH_IN_PROGRESS' });
    if (refused > 1) throw pending('the list changes faster than it is computed');

    const attempt = await orUnavailable(found, () => begin(deps, request, found));
    if (attempt.kind === 'denied')
      return withDefect(await oldCopy(deps, request, found, attempt), attempt.error);
    if (attempt.kind === 'changed' && clock.nowMs() < answerByMs) continue;
    if (attempt.kind !== 'begun') {
      if (found.state === 'old') return oldCopy(deps, request, found, { cause: 'REFRESH_IN_PROGRESS' });
      await waitForTheOther(deps, request, look, answerByMs);
      continue;
    }

    const { begun } = attempt;
    const leftMs = request.deadlineMs - GIVE_UP_MARGIN_MS - clock.nowMs();
    const patienceMs = begun.found.state === 'old' ? Math.min(PATIENCE_WITH_COPY_MS, leftMs) : leftMs;
    // Too late in this request to begin what must be seen to its end.
    if (leftMs <= 0) return handOnAndAnswer(deps, begun, request);
    // Known to outlast this request: begun once, by the function that has the time.
    if (!isHandedOn && (begun.found.stored?.computationMs ?? 0) > patienceMs) {
      isHandedOn = true;
      const failure = await handOn(deps, begun, request);
      if (failure) return lastKnown(deps, request, codeOf(failure.error), failure);
      continue;
    }
    const limits = { patienceMs, deadlineMs: request.deadlineMs, observe: request.observe };
    const result = await computeUnderLease(deps, begun, limits, compute);
    switch (result.kind) {
      case 'computed':
        return computed(result, begun.found, request);
      case 'failed':
        return lastKnown(deps, request, codeOf(result.error), result);
      case 'outlasted':
        return handOnAndAnswer(deps, begun, request);
      case 'superseded':
        refused += 1;
    }
  }
}

const read = ({ cache, clock }: CachedArtistsDeps, { userId, page, limit }: PageRequest) =>
  cache.get(userId, page, limit, clock.nowMs());

const pending = (message: string) =>
  new ComputationPending(message, { retryAfterSeconds: COMPUTING_RETRY_SECONDS });

type Attempt =
  /** This request computes. */
  | { kind: 'begun'; begun: Begun }
  | ({ kind: 'denied'; error?: unknown } & Refusal)
  | { kind: 'computing elsewhere' }
  /** Something came in between our look and our lease. */
  | { kind: 'changed' };

/** What fails between the copy and the computation, storage above all, must not cost the reader the copy. */
async function orUnavailable(found: Lookup, act: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await act();
  } catch (error) {
    if (found.state === 'none') throw error;
    const retryAfterSeconds = (error instanceof AppError && error.retryAfterSeconds) || 1;
    return { kind: 'denied', cause: codeOf(error), retryAfterSeconds, error };
  }
}

/** Takes the computation lease, when trying is allowed and no other instance computes from the same truth. */
async function begin(deps: CachedArtistsDeps, request: PageRequest, found: Lookup): Promise<Attempt> {
  const { computations, bans: banStore, platform, clock } = deps;
  const { userId, deadlineMs } = request;
  // Bans and pacing by one look: a second one might show a ban that the verdict does not know.
  const [record, { bans, pacing }] = await Promise.all([
    computations.read(userId),
    banStore.look(clock.nowMs(), namesOf(platform.needs)),
  ]);
  const nowMs = clock.nowMs();
  const verdict = attemptVerdict({ found, record, bans }, platform, nowMs);
  if (verdict.kind === 'denied' && verdict.cause === platform.codes.rateLimited)
    return limited(deps, request, verdict.retryAfterSeconds);
  if (verdict.kind !== 'allowed') return verdict;
  // After a ban the caller that probes its end may begin, and then so many at a time.
  const isPaced = pacing !== undefined && verdict.probes.length === 0;
  if (isPaced && !(await deps.admit(userId, pacing, nowMs)))
    return limited(deps, request, PACED_RETRY_SECONDS);
  const lease: Lease = { userId, token: randomUUID(), fence: found.fence };
  // One of the two fences is outdated, the holder's or ours. The entry knows, and has it from after the holder's look.
  if (verdict.inPlaceOf && (await read(deps, request)).fence !== lease.fence) return { kind: 'changed' };
  const untilMs = Math.min(nowMs + LEASE_MS, deadlineMs - ANSWER_MARGIN_MS);
  if (!(await computations.acquire(lease, nowMs, untilMs, verdict))) return { kind: 'computing elsewhere' };
  if (!(await banStore.takeProbes(verdict.probes, lease.token, nowMs))) {
    await computations.release(lease);
    return limited(deps, request, PROBE_MS / 1000);
  }
  // Between our look and our lease another computation may have ended: only what stands now counts.
  const now = await read(deps, request);
  if (isSameTruth(lease.fence, now.fence) && now.state !== 'fresh') {
    return { kind: 'begun', begun: { ...verdict, record, bans, found: now, lease } };
  }
  await Promise.all([computations.release(lease), banStore.releaseProbes(verdict.probes, lease.token)]);
  return { kind: 'changed' };
}

/** The platform limits us. Not all who are sent away come again at once. */
const limited = (
  { platform, clock }: CachedArtistsDeps,
  { userId }: PageRequest,
  seconds: number,
): Attempt => ({
  kind: 'denied',
  cause: platform.codes.rateLimited,
  retryAfterSeconds: spread(seconds, userId, clock.nowMs()),
});

/** Another instance computes, and there is no copy. Throws when the request cannot wait any longer. */
async function waitForTheOther(
  { clock }: CachedArtistsDeps,
  { observe }: PageRequest,
  look: number,
  answerByMs: number,
): Promise<void> {
  const delayMs = lookDelayMs(look);
  if (clock.nowMs() + delayMs >= answerByMs) throw pending('another request computes');
  await clock.sleep(delayMs);
  observe?.({ name: 'waited', ms: delayMs });
}

type Failed = { error: Error; retryAfterSeconds: number };

/** The lease goes along with the computation, and its probes. Returns why that could not be arranged, when it could not. */
async function handOn(
  deps: CachedArtistsDeps,
  begun: Begun,
  { observe }: PageRequest,
): Promise<Failed | undefined> {
  const { computations, bans, clock, handOff } = deps;
  const { lease, probes } = begun;
  try {
    if (await computations.renew(lease, clock.nowMs() + HAND_OFF_LEASE_MS)) await handOff(lease);
    else await bans.releaseProbes(probes, lease.token);
    return undefined;
  } catch (error) {
    const retryAfterSeconds = await rememberFailure(deps, begun, error, observe);
    return { error: error as Error, retryAfterSeconds };
  }
}

async function handOnAndAnswer(deps: CachedArtistsDeps, begun: Begun, request: PageRequest): Promise<Answer> {
  const failure = await handOn(deps, begun, request);
  return lastKnown(deps, request, failure ? codeOf(failure.error) : 'COMPUTING', failure);
}

/**
 * The best that the store has now. The copy that we saw when we began does not count: since then it may have been
 * invalidated, deleted, or grown too old.
 */
async function lastKnown(
  deps: CachedArtistsDeps,
  request: PageRequest,
  cause: Cause,
  failed?: Failed,
): Promise<Answer> {
  const found = await read(deps, request);
  if (found.state === 'none' && failed) throw asToldToWait(failed, deps.platform);
  const retryAfterSeconds = failed?.retryAfterSeconds ?? COMPUTING_RETRY_SECONDS;
  return withDefect(await oldCopy(deps, request, found, { cause, retryAfterSeconds }), failed?.error);
}

/** A copy hides what kept us from computing: what is our own doing must be told all the same. */
const withDefect = (answer: Answer, error: unknown): Answer =>
  error !== undefined && isDefect(error) ? { ...answer, defect: error as Error } : answer;

/** The failure, with the time after which the same request can succeed. */
function asToldToWait({ error, retryAfterSeconds }: Failed, { codes }: Platform): Error {
  if (!(error instanceof AppError) || error.status !== 503 || retryAfterSeconds === 0) return error;
  return errorOf({ cause: error.code, retryAfterSeconds }, codes, error);
}

/**
 * The old copy, or the error of the cause. The selection may have changed since a list that is marked as stale was
 * computed: it is read after the entry and laid over. Without it the copy cannot be served, for it might show an
 * outdated selection.
 */
async function oldCopy(
  { readSelection, platform, clock }: CachedArtistsDeps,
  { userId }: PageRequest,
  found: Lookup,
  refusal: Refusal,
): Promise<Answer> {
  if (found.state === 'none' || !found.stored.isStale) {
    return fallback(found, refusal, platform.codes, clock.nowMs());
  }
  const { selected, revision } = await readSelection(userId);
  const artists = found.copy.artists.map((artist) => ({ ...artist, selected: selected.has(artist.id) }));
  const laidOver = { ...found, fence: `${found.fence} ${revision}`, copy: { ...found.copy, artists } };
  return fallback(laidOver, refusal, platform.codes, clock.nowMs());
}
