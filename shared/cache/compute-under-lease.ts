import { type Clock, untilAborted } from '../clock.ts';
import { StorageUnavailable } from '../errors.ts';
import type { ComputationDeps, Compute, Permit } from './computation.ts';
import { LEASE_MS, type Lease } from './computation-store.ts';
import type { ComputedList } from './entry.ts';
import { rememberFailure, rememberSuccess } from './remember-outcome.ts';

/** Three times over before the lease ends. */
const RENEW_EVERY_MS = 2_500;

/**
 * A computation that was given up may be in the middle of a call whose reply must not be lost: a token that the
 * platform issued exists nowhere else. It gets this long to end, because the function may be frozen after its answer.
 */
export const SETTLE_MS = 8_000;

/** The computation lasts longer than this request may wait. */
class Outlasted extends Error {
  override readonly name = 'Outlasted';
}

/** Our lease went to another: what we compute would be refused. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export type ComputationResult =
  /** `fence` is undefined when storage failed: the list is right, it only could not be kept. */
  | { kind: 'computed'; list: ComputedList; fence: string | undefined }
  /** The truth changed meanwhile, or another holds the lease: what was computed may be outdated. */
  | { kind: 'superseded' }
  /** The patience is over. The lease is still ours, to be handed on. */
  | { kind: 'outlasted' }
  /** What failed is written down for all others, who try again after `retryAfterSeconds`; the lease is over. */
  | { kind: 'failed'; error: Error; retryAfterSeconds: number };

interface Limits {
  patienceMs: number;
  deadlineMs: number;
}

/**
 * Computes a list under a lease that we hold, and stores it in the place of what was found. The lease is renewed until
 * it is stored, never beyond `deadlineMs`, when Lambda stops the function. Throws nothing that the computation threw.
 */
export async function computeUnderLease(
  deps: ComputationDeps,
  permit: Permit,
  { patienceMs, deadlineMs }: Limits,
  compute: Compute,
): Promise<ComputationResult> {
  const { bans, clock, observe } = deps;
  const { lease, without, probes } = permit;
  const startedAtMs = clock.nowMs();
  const givenUp = new AbortController();
  const ended = new AbortController();
  const giveUp = (reason: Error) => givenUp.abort(reason);
  clock.sleep(patienceMs, ended.signal).then(
    () => giveUp(new Outlasted()),
    () => undefined,
  );
  const kept = keepLease(deps, lease, { deadlineMs, signal: ended.signal, onLost: giveUp }).catch(giveUp);
  try {
    const job = { userId: lease.userId, signal: givenUp.signal, without, observe };
    const { answered, ...list } = await seenToItsEnd(clock, compute(job), givenUp.signal);
    const computationMs = clock.nowMs() - startedAtMs;
    observe({ name: 'computed', ms: computationMs });
    // Whatever becomes of the list.
    await bans.endProbes(probes, lease.token, answered, clock.nowMs());
    return await store(deps, permit, { ...list, computationMs, lacks: without });
  } catch (error) {
    ended.abort();
    if (error instanceof Outlasted) {
      // A renewal on its way would shorten the lease that is handed on.
      await kept;
      return { kind: 'outlasted' };
    }
    if (error instanceof LeaseLost) {
      await bans.releaseProbes(probes, lease.token);
      return { kind: 'superseded' };
    }
    const retryAfterSeconds = await rememberFailure(deps, permit, error);
    return { kind: 'failed', error: error as Error, retryAfterSeconds };
  } finally {
    ended.abort();
  }
}

/** @throws what is a defect: the computation then failed, and its old copy is served. */
async function store(deps: ComputationDeps, permit: Permit, list: ComputedList): Promise<ComputationResult> {
  const { lease, found } = permit;
  try {
    const result = await deps.cache.set(lease.userId, list, { fence: lease.fence, stored: found.stored });
    if (!result.stored) {
      // Without the release, a next try from the same state would wait for a holder that is gone.
      await Promise.allSettled([deps.computations.release(lease)]);
      return { kind: 'superseded' };
    }
    deps.observe({ name: 'stored', list: result.list, replaced: found.stored });
    // The list is stored: what fails here only makes others more careful than they need to be.
    if (hasListTrouble(permit)) await Promise.allSettled([rememberSuccess(deps, permit)]);
    return { kind: 'computed', list, fence: result.fence };
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { kind: 'computed', list, fence: undefined };
  }
}

/** Ordinarily every list was read, this time and before, and there is nothing to remember. */
const hasListTrouble = ({ without, record }: Permit) => without.length > 0 || (record.listFailures ?? 0) > 0;

/** What `work` settles to, or why it was given up; then not before it has settled or `SETTLE_MS` are over. */
async function seenToItsEnd<T>(clock: Clock, work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const settled = new AbortController();
    const end = () => settled.abort();
    work.then(end, end);
    await clock.sleep(SETTLE_MS, settled.signal).catch(() => undefined);
    throw error;
  }
}

/** Renews a lease until `signal` aborts. An unreachable store has not taken it: it then runs out by itself. */
async function keepLease(
  { computations, clock }: ComputationDeps,
  lease: Lease,
  {
    deadlineMs,
    signal,
    onLost,
  }: { deadlineMs: number; signal: AbortSignal; onLost: (reason: LeaseLost) => void },
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(RENEW_EVERY_MS, signal);
      const untilMs = Math.min(clock.nowMs() + LEASE_MS, deadlineMs);
      const isOurs = await computations.renew(lease, untilMs).catch((error) => {
        if (error instanceof StorageUnavailable) return true;
        throw error;
      });
      if (!isOurs) return onLost(new LeaseLost());
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
