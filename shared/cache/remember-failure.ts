import type { Clock } from '../clock.ts';
import { AppError, type ErrorCode, type PlatformRateLimited, StorageUnavailable } from '../errors.ts';
import type { ArtistsCache } from './artists-cache.ts';
import { ComputationOutlasted } from './computation.ts';
import type { ComputationStore, Lease } from './computation-store.ts';

/**
 * A revoked consent is tried again at the earliest after this, and then to confirm it: an outage of the platform once
 * called every consent revoked. A missing scope is no better a reason to ask often.
 */
const CONSENT_RETRY_MS = 10 * 60_000;

interface FailureDeps {
  cache: ArtistsCache;
  computations: ComputationStore;
  clock: Clock;
  /** How long a user's failed computation is not tried again, by any instance. */
  retryMs: number;
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

async function remember({ cache, computations, clock, retryMs }: FailureDeps, lease: Lease, error: unknown) {
  const nowMs = clock.nowMs();
  const cause = causeOf(error);
  switch (cause) {
    case 'SPOTIFY_TOKEN_REVOKED':
      await computations.fail(lease, cause, nowMs + CONSENT_RETRY_MS);
      await cache.markAsStale(lease.userId, lease.fence);
      return;
    case 'SPOTIFY_SCOPE_MISSING':
      await computations.fail(lease, cause, nowMs + CONSENT_RETRY_MS);
      return;
    case 'SPOTIFY_RATE_LIMITED':
      // The ban is the application's: when it ends, every user may try at once.
      await computations.startCooldown(nowMs + (error as PlatformRateLimited).retryAfterSeconds * 1000);
      await computations.release(lease);
      return;
    case 'PLATFORM_NOT_CONNECTED':
      await computations.release(lease);
      await cache.unreserve(lease.userId, lease.fence);
      return;
    case 'STORAGE_UNAVAILABLE':
      // The platform has not failed: whoever reaches the storage may try at once.
      await computations.release(lease);
      return;
    default:
      await computations.fail(lease, cause, nowMs + retryMs);
  }
}
