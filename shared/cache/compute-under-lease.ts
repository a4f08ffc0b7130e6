import type { Clock } from '../clock.ts';
import { AppError, type ErrorCode, type PlatformRateLimited, StorageUnavailable } from '../errors.ts';
import { untilAborted } from '../until-aborted.ts';
import type { ArtistsCache, Lookup } from './artists-cache.ts';
import type { ComputationStore, Lease } from './computation-store.ts';
import type { ComputedList } from './entry.ts';
import type { Observe } from './events.ts';

/** A holder that dies is replaced after this long; one that lives renews in time, three times over. */
export const LEASE_MS = 8_000;
const RENEW_EVERY_MS = 2_500;

/**
 * A computation that was given up may be in the middle of a call whose reply must not be lost: a token that the
 * platform issued exists nowhere else. It gets this long to end, because the function may be frozen after its answer.
 */
const SETTLE_MS = 8_000;

/**
 * A revoked consent is tried again at the earliest after this, and then to confirm it: an outage of the platform once
 * called every consent revoked. A missing scope is no better a reason to ask often.
 */
const CONSENT_RETRY_MS = 10 * 60_000;
/** Storage comes back sooner than a platform; its clients are told to wait as long. */
const STORAGE_RETRY_MS = 5_000;

/** The computation lasts longer than this request may wait. */
class Outlasted extends Error {
  override readonly name = 'Outlasted';
}

/** Our lease went to another: what we compute would be refused. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export interface ComputationDeps {
  cache: ArtistsCache;
  computations: ComputationStore;
  clock: Clock;
  /** How long a user's failed computation is not tried again, by any instance. */
  retryMs: number;
}

/** A computation of one user's list. It must obey `signal`, and settle soon after it aborts. */
export interface ComputationJob {
  userId: string;
  signal: AbortSignal;
  observe?: Observe | undefined;
}
export type Compute = (job: ComputationJob) => Promise<ComputedList>;

export type ComputationResult =
  /** `fence` is undefined when storage failed: the list is right, it only could not be kept. */
  | { kind: 'computed'; list: ComputedList; fence: string | undefined }
  /** The truth changed meanwhile, or another holds the lease: what was computed may be outdated. */
  | { kind: 'superseded' }
  /** The patience is over. The lease is still ours, to be handed on. */
  | { kind: 'outlasted' }
  /** What failed is written down for all others, and the lease is over. */
  | { kind: 'failed'; error: Error };

/**
 * Computes the list that replaces `found` under a lease that we hold, and stores it. The lease is renewed meanwhile,
 * never beyond `deadlineMs`, when Lambda stops the function. Throws nothing that the computation threw.
 */
export async function computeUnderLease(
  deps: ComputationDeps,
  lease: Lease,
  {
    found,
    patienceMs,
    deadlineMs,
    observe,
  }: { found: Lookup; patienceMs: number; deadlineMs: number; observe?: Observe | undefined },
  compute: Compute,
): Promise<ComputationResult> {
  const { clock } = deps;
  const { userId } = lease;
  const startedAtMs = clock.nowMs();
  const givenUp = new AbortController();
  const ended = new AbortController();
  const giveUp = (reason: Error) => givenUp.abort(reason);
  clock.sleep(patienceMs, ended.signal).then(
    () => giveUp(new Outlasted()),
    () => undefined,
  );
  keepLease(deps, lease, { deadlineMs, signal: ended.signal, onLost: giveUp }).catch(giveUp);
  let list: ComputedList;
  try {
    const job = { userId, signal: givenUp.signal, observe };
    list = await seenToItsEnd(clock, compute(job), givenUp.signal);
  } catch (error) {
    if (error instanceof Outlasted) return { kind: 'outlasted' };
    if (error instanceof LeaseLost) return { kind: 'superseded' };
    await rememberFailure(deps, lease, { found, error, observe });
    return { kind: 'failed', error: error as Error };
  } finally {
    ended.abort();
  }
  const computationMs = clock.nowMs() - startedAtMs;
  observe?.({ name: 'computed', ms: computationMs });
  return store(deps, lease, { found, list: { ...list, computationMs }, observe });
}

async function store(
  { cache }: ComputationDeps,
  lease: Lease,
  { found, list, observe }: { found: Lookup; list: ComputedList; observe?: Observe | undefined },
): Promise<ComputationResult> {
  try {
    const result = await cache.set(lease.userId, list, { fence: lease.fence, stored: found.stored });
    if (!result.stored) return { kind: 'superseded' };
    observe?.({ name: 'stored', list: result.list, replaced: found.stored });
    return { kind: 'computed', list, fence: result.fence };
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { kind: 'computed', list, fence: undefined };
  }
}

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

/** What the store remembers of a failure, and what its user is told. */
export function causeOf(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : 'INTERNAL';
}

interface Failure {
  found: Lookup;
  error: unknown;
  observe?: Observe | undefined;
}

/**
 * Ends the lease of a failed computation and writes into the store what others must know: they ask the platform as
 * little as we would. Storage that fails here fails nothing more: the lease then runs out by itself.
 */
export async function rememberFailure(deps: ComputationDeps, lease: Lease, failure: Failure): Promise<void> {
  try {
    await remember(deps, lease, failure);
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
  }
}

async function remember(
  { cache, computations, clock, retryMs }: ComputationDeps,
  lease: Lease,
  { found, error, observe }: Failure,
): Promise<void> {
  const nowMs = clock.nowMs();
  const cause = causeOf(error);
  switch (cause) {
    case 'SPOTIFY_TOKEN_REVOKED': {
      await computations.fail(lease, cause, nowMs + CONSENT_RETRY_MS);
      // The fence of the lease stands only as long as the list does that it was to replace.
      const marked = await cache.markAsStale(lease.userId, lease.fence);
      if (marked && found.stored) observe?.({ name: 'marked-stale', list: found.stored });
      return;
    }
    case 'SPOTIFY_SCOPE_MISSING':
      await computations.fail(lease, cause, nowMs + CONSENT_RETRY_MS);
      return;
    case 'SPOTIFY_RATE_LIMITED': {
      // The ban is the application's: when it ends, every user may try at once.
      const seconds = (error as PlatformRateLimited).retryAfterSeconds;
      const isLonger = await computations.startCooldown(nowMs + seconds * 1000);
      if (isLonger) observe?.({ name: 'cooldown-started', seconds });
      await computations.release(lease);
      return;
    }
    case 'PLATFORM_NOT_CONNECTED':
      await computations.release(lease);
      return;
    case 'STORAGE_UNAVAILABLE':
      // The platform may have answered all the same: without a pause, each request would ask it again for nothing.
      await computations.fail(lease, cause, nowMs + STORAGE_RETRY_MS);
      return;
    default:
      await computations.fail(lease, cause, nowMs + retryMs);
  }
}
