import type { Clock } from '../clock.ts';
import { AppError, type ErrorCode, type PlatformRateLimited, StorageUnavailable } from '../errors.ts';
import type { ArtistsCache } from './artists-cache.ts';
import { ComputationOutlasted } from './computation.ts';
import type { ComputationStore, Lease } from './computation-store.ts';
import type { StoredList } from './entry.ts';
import type { Observe } from './events.ts';

/**
 * A revoked consent is tried again at the earliest after this, and then to confirm it: an outage of the platform once
 * called every consent revoked. A missing scope is no better a reason to ask often.
 */
const CONSENT_RETRY_MS = 10 * 60_000;

/** Storage comes back sooner than a platform; its clients are told to wait as long. */
const STORAGE_RETRY_MS = 5_000;

interface FailureDeps {
  cache: ArtistsCache;
  computations: ComputationStore;
  clock: Clock;
  /** How long a user's failed computation is not tried again, by any instance. */
  retryMs: number;
  /** The list that the computation was to replace. */
  replaced?: StoredList | undefined;
  observe?: Observe | undefined;
}

export function causeOf(error: unknown): ErrorCode {
  if (error instanceof AppError) return error.code;
  // Nothing in a computation takes long but the platform.
  return error instanceof ComputationOutlasted ? 'SPOTIFY_UNAVAILABLE' : 'INTERNAL';
}

/**
 * Ends the lease of a failed computation and writes into the store what others must know: they ask the platform as
 * little as we would. Storage that fails here fails nothing more: the lease then runs out by itself.
 */
export async function rememberFailure(deps: FailureDeps, lease: Lease, error: unknown): Promise<void> {
  try {
    await remember(deps, lease, error);
  } catch (failure) {
    if (!(failure instanceof StorageUnavailable)) throw failure;
  }
}

async function remember(deps: FailureDeps, lease: Lease, error: unknown) {
  const { cache, computations, clock, retryMs } = deps;
  const nowMs = clock.nowMs();
  const cause = causeOf(error);
  switch (cause) {
    case 'SPOTIFY_TOKEN_REVOKED':
      await computations.fail(lease, cause, nowMs + CONSENT_RETRY_MS);
      await markAsStale(deps, lease);
      return;
    case 'SPOTIFY_SCOPE_MISSING':
      await computations.fail(lease, cause, nowMs + CONSENT_RETRY_MS);
      return;
    case 'SPOTIFY_RATE_LIMITED':
      // The ban is the application's: when it ends, every user may try at once.
      await startCooldown(deps, (error as PlatformRateLimited).retryAfterSeconds);
      await computations.release(lease);
      return;
    case 'PLATFORM_NOT_CONNECTED':
      // In this order: whoever takes the lease after us must not compute from the fence that we take back.
      await cache.unreserve(lease.userId, lease.fence);
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

async function markAsStale({ cache, replaced, observe }: FailureDeps, { userId, fence }: Lease) {
  // The fence of the lease stands only as long as the list does that it was to replace.
  const marked = await cache.markAsStale(userId, fence);
  if (marked && replaced) observe?.({ name: 'marked-stale', list: replaced });
}

async function startCooldown({ computations, clock, observe }: FailureDeps, seconds: number) {
  const isLonger = await computations.startCooldown(clock.nowMs() + seconds * 1000);
  if (isLonger) observe?.({ name: 'cooldown-started', seconds });
}
