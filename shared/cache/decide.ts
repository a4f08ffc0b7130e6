import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ComputationPending, StorageUnavailable } from '../errors.ts';
import { type Answer, fallback, hit } from './answer.ts';
import type { ArtistsCache, Lookup } from './artists-cache.ts';
import { attemptVerdict } from './attempt.ts';
import type { ComputationStore, Lease } from './computation-store.ts';
import type { Observe } from './events.ts';
import { LEASE_MS } from './lease.ts';

/** A page of a user's list, wanted before `deadlineMs` (epoch milliseconds). */
export interface PageRequest {
  userId: string;
  /** Zero-based. */
  page: number;
  limit: number;
  deadlineMs: number;
  observe?: Observe | undefined;
}

export interface DecideDeps {
  cache: ArtistsCache;
  computations: ComputationStore;
  clock: Clock;
}

export type Decision =
  | { kind: 'answer'; answer: Answer }
  /** This request computes; `found` is what it replaces. */
  | { kind: 'compute'; lease: Lease; found: Lookup };

/** A request that waits for another's computation looks after 100 ms, then less and less often. */
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1_000;
const lookDelayMs = (look: number) => Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** look);

/** What a client without a copy is told to wait when the computation outlasts its request. */
export const COMPUTING_RETRY_SECONDS = 5;

/**
 * What becomes of a request: an answer from the store, or the computation. A fresh copy costs one GetItem and nothing
 * else. Without a usable copy it waits for whoever computes, and takes over when that one dies.
 */
export async function decide(deps: DecideDeps, request: PageRequest): Promise<Decision> {
  const { cache, clock } = deps;
  for (let look = 0; ; look++) {
    const nowMs = clock.nowMs();
    const found = await cache.get(request.userId, request.page, request.limit, nowMs);
    if (found.state === 'none' && found.unreadable) request.observe?.({ name: 'unreadable' });
    if (found.state === 'fresh') {
      // Read so slowly that it has passed even the hard limit: only a new look can tell.
      if (clock.nowMs() >= found.usableUntilMs) continue;
      return { kind: 'answer', answer: hit(found) };
    }
    const decision = await orOldCopy(clock, found, () => tryToCompute(deps, request, found));
    if (decision === 'look again' && clock.nowMs() < request.deadlineMs) continue;
    if (typeof decision !== 'string') return decision;
    if (found.state === 'old') {
      return { kind: 'answer', answer: fallback(found, 'REFRESH_IN_PROGRESS', clock.nowMs()) };
    }
    const delayMs = lookDelayMs(look);
    if (clock.nowMs() + delayMs >= request.deadlineMs) {
      throw new ComputationPending('another request computes', {
        retryAfterSeconds: COMPUTING_RETRY_SECONDS,
      });
    }
    await clock.sleep(delayMs);
    request.observe?.({ name: 'waited', ms: delayMs });
  }
}

/** Storage that fails between the copy and the computation must not cost the reader the copy. */
async function orOldCopy<T>(clock: Clock, found: Lookup, act: () => Promise<T>): Promise<T | Decision> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof StorageUnavailable) || found.state === 'none') throw error;
    return { kind: 'answer', answer: fallback(found, 'STORAGE_UNAVAILABLE', clock.nowMs()) };
  }
}

async function tryToCompute(
  { cache, computations, clock }: DecideDeps,
  { userId, page, limit, deadlineMs }: PageRequest,
  found: Lookup,
): Promise<Decision | 'busy' | 'look again'> {
  const [record, cooldownUntilMs] = await Promise.all([
    computations.read(userId),
    computations.cooldownUntilMs(),
  ]);
  const nowMs = clock.nowMs();
  const verdict = attemptVerdict(record, cooldownUntilMs, found.fence, nowMs);
  if (verdict.kind === 'backing-off') {
    return { kind: 'answer', answer: fallback(found, verdict.cause, nowMs, verdict.retryAfterSeconds) };
  }
  if (verdict.kind === 'computing') return 'busy';
  if (found.fence === undefined) {
    await cache.reserve(userId, nowMs);
    return 'look again';
  }
  const lease: Lease = { userId, token: randomUUID(), fence: found.fence };
  const { inPlaceOf } = verdict;
  // One of the two fences is outdated, the holder's or ours. The entry knows, and has it from after the holder's look.
  if (inPlaceOf && (await cache.get(userId, page, limit, nowMs)).fence !== lease.fence) return 'look again';
  const untilMs = Math.min(nowMs + LEASE_MS, deadlineMs);
  if (!(await computations.acquire(lease, nowMs, untilMs, inPlaceOf))) return 'busy';
  // Between our look and our lease another computation may have ended: only what stands now counts.
  const now = await cache.get(userId, page, limit, clock.nowMs());
  if (now.fence === lease.fence && now.state !== 'fresh') return { kind: 'compute', lease, found: now };
  await computations.release(lease);
  return 'look again';
}
