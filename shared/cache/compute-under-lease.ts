import { type Clock, untilAborted } from '../clock.ts';
import {
  codeOf,
  failedListOf,
  type OptionalList,
  PlatformRateLimited,
  StorageUnavailable,
} from '../errors.ts';
import type { ArtistsCache } from './artists-cache.ts';
import type { Situation, Verdict } from './attempt.ts';
import type { BanStore } from './ban-store.ts';
import { banOf, waitSeconds } from './bans.ts';
import type { ComputationStore, Lease } from './computation-store.ts';
import type { ComputedList } from './entry.ts';
import type { Observe } from './events.ts';
import type { Platform } from './platform.ts';

/** A holder that dies is replaced after this long; one that lives renews in time, three times over. */
export const LEASE_MS = 8_000;
const RENEW_EVERY_MS = 2_500;

/**
 * A computation that was given up may be in the middle of a call whose reply must not be lost: a token that the
 * platform issued exists nowhere else. It gets this long to end, because the function may be frozen after its answer.
 */
export const SETTLE_MS = 8_000;

/**
 * A revoked consent is tried again at the earliest after this, and then to confirm it: an outage of the platform once
 * called every consent revoked. A missing scope is no better a reason to ask often.
 */
const CONSENT_RETRY_MS = 10 * 60_000;
/** Storage comes back sooner than a platform; its clients are told to wait as long. */
const STORAGE_RETRY_MS = 5_000;
/** An optional list that goes on failing is tried less and less often: in the end about every half hour. */
const LIST_PATIENCE = 3;
const MAX_DOUBLINGS = 6;

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
  bans: BanStore;
  platform: Platform;
  clock: Clock;
  /** How long a user's failed computation is not tried again, by any instance. */
  retryMs: number;
}

/** A computation of one user's list. It must obey `signal`, and settle soon after it aborts. */
export interface ComputationJob {
  userId: string;
  signal: AbortSignal;
  /** Optional lists that are left out. */
  without: readonly OptionalList[];
  observe?: Observe | undefined;
}
export type Compute = (job: ComputationJob) => Promise<Computed>;

/** A list, and the buckets in which the platform answered. */
export interface Computed extends ComputedList {
  answered: ReadonlySet<string>;
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

/** What was decided when the lease was taken. */
export interface Begun extends Situation, Pick<Extract<Verdict, { kind: 'allowed' }>, 'without' | 'probes'> {
  lease: Lease;
}

interface Limits {
  patienceMs: number;
  deadlineMs: number;
  observe?: Observe | undefined;
}

/**
 * Computes a list under a lease that we hold, and stores it in the place of what was found. The lease is renewed until
 * it is stored, never beyond `deadlineMs`, when Lambda stops the function. Throws nothing that the computation threw.
 */
export async function computeUnderLease(
  deps: ComputationDeps,
  begun: Begun,
  { patienceMs, deadlineMs, observe }: Limits,
  compute: Compute,
): Promise<ComputationResult> {
  const { bans, clock } = deps;
  const { lease, without, probes } = begun;
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
    observe?.({ name: 'computed', ms: computationMs });
    // Whatever becomes of the list.
    await bans.endProbes(probes, lease.token, answered, clock.nowMs());
    return await store(deps, begun, { ...list, computationMs, lacks: without }, observe);
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
    const retryAfterSeconds = await rememberFailure(deps, begun, error, observe);
    return { kind: 'failed', error: error as Error, retryAfterSeconds };
  } finally {
    ended.abort();
  }
}

/** @throws what is a defect: the computation then failed, and its old copy is served. */
async function store(
  deps: ComputationDeps,
  begun: Begun,
  list: ComputedList,
  observe: Observe | undefined,
): Promise<ComputationResult> {
  const { lease, found } = begun;
  try {
    const result = await deps.cache.set(lease.userId, list, { fence: lease.fence, stored: found.stored });
    if (!result.stored) {
      // Without the release, a next try from the same state would wait for a holder that is gone.
      await Promise.allSettled([deps.computations.release(lease)]);
      return { kind: 'superseded' };
    }
    observe?.({ name: 'stored', list: result.list, replaced: found.stored });
    await rememberSuccess(deps, begun);
    return { kind: 'computed', list, fence: result.fence };
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { kind: 'computed', list, fence: undefined };
  }
}

/** Ends what was known of a list that failed. Ordinarily there is nothing to write. */
async function rememberSuccess(deps: ComputationDeps, begun: Begun): Promise<void> {
  const { lease, record, without } = begun;
  const { computations, platform, clock, retryMs } = deps;
  const failures = record.listFailures ?? 0;
  const write = () => {
    if (without.length === 0) return failures > 0 ? computations.succeed(lease) : undefined;
    const retryAtMs = clock.nowMs() + retryMs * doublings(failures);
    const list = record.failedList === undefined ? undefined : { name: record.failedList, failures };
    return computations.fail(lease, platform.codes.unavailable, retryAtMs, list);
  };
  // The list is stored: what fails here only makes others more careful than they need to be.
  await Promise.allSettled([write()]);
}

const doublings = (failures: number) => 2 ** Math.min(MAX_DOUBLINGS, Math.max(0, failures - LIST_PATIENCE));

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

/**
 * Ends the lease of a failed computation and writes into the store what others must know: they ask the platform as
 * little as we would. Returns the seconds until the next try. Storage that fails here fails nothing more: the lease
 * then runs out by itself.
 */
export async function rememberFailure(
  deps: ComputationDeps,
  begun: Begun,
  error: unknown,
  observe?: Observe | undefined,
): Promise<number> {
  try {
    return (await remember(deps, begun, error, observe)) / 1000;
  } catch (failure) {
    if (!(failure instanceof StorageUnavailable)) throw failure;
    return STORAGE_RETRY_MS / 1000;
  } finally {
    await deps.bans.releaseProbes(begun.probes, begun.lease.token);
  }
}

/** Returns the milliseconds until the next try. */
async function remember(
  { cache, computations, bans, platform, clock, retryMs }: ComputationDeps,
  { lease, record, found }: Begun,
  error: unknown,
  observe: Observe | undefined,
): Promise<number> {
  const { codes } = platform;
  const nowMs = clock.nowMs();
  const cause = codeOf(error);
  const pause = async (pauseMs: number, list?: { name: string; failures: number }) => {
    await computations.fail(lease, cause, nowMs + pauseMs, list);
    return pauseMs;
  };
  const name = failedListOf(error);
  const isSameList = name !== undefined && name === record.failedList;
  const failed = name && { name, failures: (isSameList ? (record.listFailures ?? 0) : 0) + 1 };
  const retryListMs = retryMs * doublings(failed ? failed.failures : 0);
  switch (cause) {
    case codes.revoked:
      await pause(CONSENT_RETRY_MS);
      // The fence of the lease stands only as long as the list does that it was to replace.
      await cache.markAsStale(lease.userId, lease.fence);
      return CONSENT_RETRY_MS;
    case codes.scopeMissing:
      return pause(CONSENT_RETRY_MS);
    case codes.rateLimited: {
      const seconds = error instanceof PlatformRateLimited ? await bans.start(error, nowMs) : 0;
      if (seconds > 0) observe?.({ name: 'cooldown-started', seconds });
      // The ban may be short, and is others' as well; this user's pause is as long as after any failure.
      const pauseMs = await pause(retryListMs, failed);
      // Where there is nothing to show, the next try goes without an optional list that is banned.
      const isLeftOutNext =
        found.state === 'none' &&
        error instanceof PlatformRateLimited &&
        banOf(error) in platform.needs.optional;
      const waitMs = error instanceof PlatformRateLimited ? waitSeconds(error, seconds) * 1000 : 0;
      return isLeftOutNext ? pauseMs : Math.max(pauseMs, waitMs);
    }
    case 'PLATFORM_NOT_CONNECTED':
      await computations.release(lease);
      return 0;
    case 'STORAGE_UNAVAILABLE':
      // The platform may have answered all the same: without a pause, each request would ask it again for nothing.
      return pause(STORAGE_RETRY_MS);
    default:
      return pause(retryListMs, failed);
  }
}
