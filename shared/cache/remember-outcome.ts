import {
  codeOf,
  failedListOf,
  type OptionalList,
  PlatformRateLimited,
  PlatformUnavailable,
  StorageUnavailable,
} from '../errors.ts';
import { banOf, waitSeconds } from './bans.ts';
import type { ComputationDeps, Permit } from './computation.ts';
import { LIST_FAILURES } from './computation-store.ts';

/*
 * What a computation leaves in the store for all others, beside its list: how long not to try again, and why.
 */

/**
 * A revoked consent is tried again at the earliest after this, and then to confirm it: an outage of the platform once
 * called every consent revoked. A missing scope is no better a reason to ask often.
 */
const CONSENT_RETRY_MS = 10 * 60_000;
/** Storage comes back sooner than a platform; its clients are told to wait as long. */
const STORAGE_RETRY_MS = 5_000;
/** Of the pauses of an optional list that goes on failing: in the end it is tried about every half hour. */
const MAX_DOUBLINGS = 6;

/**
 * Ends the lease of a computation whose list is stored, and with it what was known of an optional list that failed, or
 * when a list that was left out is tried again.
 */
export async function rememberSuccess(deps: ComputationDeps, permit: Permit): Promise<boolean> {
  const { lease, record, without } = permit;
  const { computations, platform, clock, retryMs } = deps;
  if (without.length === 0) return computations.succeed(lease);
  const failures = record.listFailures ?? 0;
  const retryAtMs = clock.nowMs() + retryMs * doublings(failures);
  const list = record.failedList === undefined ? undefined : { name: record.failedList, failures };
  return computations.fail(lease, platform.codes.unavailable, retryAtMs, list);
}

const doublings = (failures: number) => 2 ** Math.min(MAX_DOUBLINGS, Math.max(0, failures - LIST_FAILURES));

/**
 * Ends the lease of a failed computation and writes into the store what others must know: they ask the platform as
 * little as we would. Returns the seconds until the next try. Storage that fails here fails nothing more: the lease
 * then runs out by itself.
 */
export async function rememberFailure(
  deps: ComputationDeps,
  permit: Permit,
  error: unknown,
): Promise<number> {
  try {
    return (await remember(deps, permit, error)) / 1000;
  } catch (failure) {
    if (!(failure instanceof StorageUnavailable)) throw failure;
    return STORAGE_RETRY_MS / 1000;
  } finally {
    await deps.bans.releaseProbes(permit.probes, permit.lease.token);
  }
}

/** Returns the milliseconds until the next try. */
async function remember(deps: ComputationDeps, permit: Permit, error: unknown): Promise<number> {
  const { cache, computations, platform, clock, retryMs } = deps;
  const { lease } = permit;
  const nowMs = clock.nowMs();
  const cause = codeOf(error);
  const list = failedAgain(permit, failedListOf(error, platform.needs.optional));
  const pause = async (pauseMs: number) => {
    await computations.fail(lease, cause, nowMs + pauseMs, list);
    return pauseMs;
  };
  switch (cause) {
    case platform.codes.revoked:
      await pause(CONSENT_RETRY_MS);
      // The fence of the lease stands only as long as the list does that it was to replace.
      await cache.markAsStale(lease.userId, lease.fence);
      return CONSENT_RETRY_MS;
    case platform.codes.scopeMissing:
      return pause(CONSENT_RETRY_MS);
    case 'PLATFORM_NOT_CONNECTED':
      await computations.release(lease);
      return 0;
    case 'STORAGE_UNAVAILABLE':
      // The platform may have answered all the same: without a pause, each request would ask it again for nothing.
      return pause(STORAGE_RETRY_MS);
    default: {
      const banMs = error instanceof PlatformRateLimited ? await beginBan(deps, permit, error) : 0;
      // A ban may be short, and is others' as well; this user's pause is as long as after any failure.
      const ownMs = retryMs * doublings(list?.failures ?? 0);
      return Math.max(banMs, await pause(Math.max(ownMs, toldMs(error))));
    }
  }
}

/** Down or slow, the platform may say for how long: it is asked for no list of this user before. */
const toldMs = (error: unknown) =>
  error instanceof PlatformUnavailable ? (error.toldSeconds ?? 0) * 1000 : 0;

/** The optional list that failed, and how often in a row. */
function failedAgain({ record }: Permit, name: OptionalList | undefined) {
  const before = name === record.failedList ? (record.listFailures ?? 0) : 0;
  return name && { name, failures: before + 1 };
}

/** Returns the milliseconds until this user's next try finds the ban over. */
async function beginBan(
  { bans, platform, clock, observe }: ComputationDeps,
  { found }: Permit,
  error: PlatformRateLimited,
): Promise<number> {
  const seconds = await bans.start(error, clock.nowMs());
  if (seconds > 0) observe({ name: 'cooldown-started', seconds });
  // Where there is nothing to show, the next try goes without an optional list that is banned.
  const isLeftOutNext = found.state === 'none' && banOf(error) in platform.needs.optional;
  return isLeftOutNext ? 0 : waitSeconds(error, seconds) * 1000;
}
