import { randomUUID } from 'node:crypto';
import { ComputationPending, StorageUnavailable } from '../errors.ts';
import { type Answer, type Cause, computed, fallback, hit, outcomeOf } from './answer.ts';
import type { Lookup } from './artists-cache.ts';
import { attemptVerdict } from './attempt.ts';
import type { Lease } from './computation-store.ts';
import {
  type ComputationDeps,
  type Compute,
  causeOf,
  computeUnderLease,
  LEASE_MS,
  rememberFailure,
} from './compute-under-lease.ts';
import type { Observe } from './events.ts';
import { isSameTruth } from './fence.ts';

/** With an old copy at hand, a request waits this long for a new one. */
const PATIENCE_WITH_COPY_MS = 4_000;
/** How long the function that takes over has to begin. */
const HAND_OFF_LEASE_MS = 30_000;
/** What is left of the invocation when a computation is given up: time to hand it on and to answer. */
const ANSWER_MARGIN_MS = 2_500;

/** A request that waits for another's computation looks after 100 ms, then less and less often. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1_000;
const lookDelayMs = (look: number) => Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** look);

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
  /** Has the computation finished by a function that nobody waits for, under the same lease. */
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
    request.observe?.({ name: 'error', code: causeOf(error) });
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
    if (refused > 0 && found.state === 'old') return oldCopy(deps, request, found, 'REFRESH_IN_PROGRESS');
    if (refused > 1) throw pending('the list changes faster than it is computed');

    const attempt = await orUnavailable(found, () => begin(deps, request, found));
    if (attempt.kind === 'denied') {
      return oldCopy(deps, request, found, attempt.cause, attempt.retryAfterSeconds);
    }
    if (attempt.kind === 'changed' && clock.nowMs() < answerByMs) continue;
    if (attempt.kind !== 'begun') {
      if (found.state === 'old') return oldCopy(deps, request, found, 'REFRESH_IN_PROGRESS');
      await waitForTheOther(deps, request, look, answerByMs);
      continue;
    }

    const { lease } = attempt;
    const leftMs = answerByMs - clock.nowMs();
    const patienceMs = attempt.found.state === 'old' ? Math.min(PATIENCE_WITH_COPY_MS, leftMs) : leftMs;
    // Known to outlast this request: begun once, by the function that has the time.
    if (!isHandedOn && (attempt.found.stored?.computationMs ?? 0) > patienceMs) {
      isHandedOn = true;
      await handOn(deps, lease, attempt.found, request);
      continue;
    }
    const limits = { found: attempt.found, patienceMs, deadlineMs: request.deadlineMs };
    const result = await computeUnderLease(deps, lease, { ...limits, observe: request.observe }, compute);
    switch (result.kind) {
      case 'computed':
        return computed(result, attempt.found, request);
      case 'failed':
        return lastKnown(deps, request, causeOf(result.error), result.error);
      case 'outlasted': {
        const failure = await handOn(deps, lease, attempt.found, request);
        return lastKnown(deps, request, failure ? causeOf(failure) : 'COMPUTING', failure);
      }
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
  /** This request computes; `found` is what it replaces. */
  | { kind: 'begun'; lease: Lease; found: Lookup }
  | { kind: 'denied'; cause: Cause; retryAfterSeconds: number }
  | { kind: 'computing elsewhere' }
  /** Something came in between our look and our lease. */
  | { kind: 'changed' };

/** Storage that fails between the copy and the computation must not cost the reader the copy. */
async function orUnavailable(found: Lookup, act: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof StorageUnavailable) || found.state === 'none') throw error;
    return { kind: 'denied', cause: error.code, retryAfterSeconds: error.retryAfterSeconds ?? 1 };
  }
}

/** Takes the computation lease, when trying is allowed and no other instance computes from the same truth. */
async function begin(deps: CachedArtistsDeps, request: PageRequest, found: Lookup): Promise<Attempt> {
  const { computations, clock } = deps;
  const { userId, deadlineMs } = request;
  const [record, cooldownUntilMs] = await Promise.all([
    computations.read(userId),
    computations.cooldownUntilMs(),
  ]);
  const nowMs = clock.nowMs();
  const verdict = attemptVerdict(record, cooldownUntilMs, found.fence, nowMs);
  if (verdict.kind !== 'allowed') return verdict;
  const lease: Lease = { userId, token: randomUUID(), fence: found.fence };
  const { inPlaceOf } = verdict;
  // One of the two fences is outdated, the holder's or ours. The entry knows, and has it from after the holder's look.
  if (inPlaceOf && (await read(deps, request)).fence !== lease.fence) return { kind: 'changed' };
  const untilMs = Math.min(nowMs + LEASE_MS, deadlineMs - ANSWER_MARGIN_MS);
  if (!(await computations.acquire(lease, nowMs, untilMs, inPlaceOf))) return { kind: 'computing elsewhere' };
  // Between our look and our lease another computation may have ended: only what stands now counts.
  const now = await read(deps, request);
  if (isSameTruth(lease.fence, now.fence) && now.state !== 'fresh')
    return { kind: 'begun', lease, found: now };
  await computations.release(lease);
  return { kind: 'changed' };
}

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

/** The lease goes along with the computation. Returns why that could not be arranged, when it could not. */
async function handOn(
  deps: CachedArtistsDeps,
  lease: Lease,
  found: Lookup,
  { observe }: PageRequest,
): Promise<Error | undefined> {
  const { computations, clock, handOff } = deps;
  try {
    if (await computations.renew(lease, clock.nowMs() + HAND_OFF_LEASE_MS)) await handOff(lease);
    return undefined;
  } catch (error) {
    await rememberFailure(deps, lease, { found, error, observe });
    return error as Error;
  }
}

/**
 * The best that the store has now. The copy that we saw when we began does not count: since then it may have been
 * invalidated, deleted, or grown too old.
 */
async function lastKnown(
  deps: CachedArtistsDeps,
  request: PageRequest,
  cause: Cause,
  error?: Error,
): Promise<Answer> {
  const found = await read(deps, request);
  if (found.state === 'none' && error) throw error;
  return oldCopy(deps, request, found, cause, COMPUTING_RETRY_SECONDS);
}

/**
 * The old copy, or the error of the cause. The selection may have changed since a list that is marked as stale was
 * computed: it is read after the entry and laid over. Without it the copy cannot be served, for it might show an
 * outdated selection.
 */
async function oldCopy(
  { readSelection, clock }: CachedArtistsDeps,
  { userId }: PageRequest,
  found: Lookup,
  cause: Cause,
  retryAfterSeconds = 1,
): Promise<Answer> {
  if (found.state === 'none' || !found.stored.isStale) {
    return fallback(found, cause, clock.nowMs(), retryAfterSeconds);
  }
  const { selected, revision } = await readSelection(userId);
  const artists = found.copy.artists.map((artist) => ({ ...artist, selected: selected.has(artist.id) }));
  const laidOver = { ...found, fence: `${found.fence} ${revision}`, copy: { ...found.copy, artists } };
  return fallback(laidOver, cause, clock.nowMs(), retryAfterSeconds);
}
