import type { StaleCode } from '../contract/artists-page.ts';
import {
  type AppError,
  ComputationPending,
  type ErrorCode,
  InternalError,
  PlatformNotConnected,
  PlatformRateLimited,
  PlatformRevoked,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../errors.ts';
import type { CopyPage, Lookup } from './artists-cache.ts';
import { type ComputedList, newFence } from './entry.ts';
import type { Outcome } from './events.ts';

/** How old the copy is, and why there is no better one. */
type Situation =
  | { cacheStatus: 'fresh'; warningCode?: never }
  | { cacheStatus: 'stale'; warningCode: StaleCode }
  | { cacheStatus: 'fallback_revoked'; warningCode: 'SPOTIFY_TOKEN_REVOKED' };

/** What a request for a page is answered with, before it becomes HTTP. */
export type Answer = Situation & {
  copy: CopyPage;
  /** Changes whenever the content may have changed: the root of the ETag. */
  fence: string;
  /** Served from a stored copy, not computed by this request. */
  cached: boolean;
  /** Set when this request computed: what it had to go by before. */
  forwarded?: 'miss' | 'stale';
  /** Whether what this request computed was stored. */
  stored?: boolean;
};

/** Why a request gets an old copy, or an error. */
export type Cause = ErrorCode | 'REFRESH_IN_PROGRESS';

/** A fresh copy. */
export function hit(found: Extract<Lookup, { state: 'fresh' | 'old' }>): Answer {
  return { copy: found.copy, fence: found.fence, cached: true, cacheStatus: 'fresh' };
}

/** What this request computed from `found`; `fence` is undefined when it could not be stored. */
export function computed(
  { list, fence }: { list: ComputedList; fence: string | undefined },
  found: Lookup,
  { page, limit }: { page: number; limit: number },
): Answer {
  const copy = {
    artists: list.artists.slice(page * limit, (page + 1) * limit),
    total: list.artists.length,
    timestampMs: list.computedAtMs,
    reauthorizeSoonFromMs: list.reauthorizeSoonFromMs,
  };
  return {
    copy,
    cached: false,
    ...(isPartial(list) ? PARTIAL : { cacheStatus: 'fresh' }),
    forwarded: found.state === 'old' ? 'stale' : 'miss',
    stored: fence !== undefined,
    fence: fence ?? newFence(),
  };
}

/** What an answer counts as. */
export function outcomeOf({ cached, cacheStatus, warningCode }: Answer): Outcome {
  switch (cacheStatus) {
    case 'fresh':
      return { name: cached ? 'hit' : 'miss' };
    case 'stale':
      return { name: 'stale', cause: warningCode };
    case 'fallback_revoked':
      return { name: 'fallback-revoked' };
  }
}

/**
 * The old copy with the reason why there is no better one; without a usable copy, throws the reason. The hard limit
 * counts at `nowMs`, when the copy is handed out: since it was read, storage may have kept us waiting for seconds.
 */
export function fallback(found: Lookup, cause: Cause, nowMs: number, retryAfterSeconds = 1): Answer {
  if (found.state === 'none' || nowMs >= found.usableUntilMs) throw errorOf(cause, retryAfterSeconds);
  if (found.state === 'fresh') return hit(found);
  const { copy, fence } = found;
  // A list that lacks a part says so, whatever keeps it from being whole; a revocation is more to the point.
  const situation = oldCopy(cause);
  const isWarnedOf = situation.cacheStatus === 'stale' && isPartial(found.stored);
  return { copy, fence, cached: true, ...(isWarnedOf ? PARTIAL : situation) };
}

const PARTIAL = { cacheStatus: 'stale', warningCode: 'PARTIAL_LIST' } as const;
const isPartial = ({ lacks = [] }: { lacks?: readonly string[] }) => lacks.length > 0;

function oldCopy(cause: Cause): Situation {
  switch (cause) {
    case 'SPOTIFY_TOKEN_REVOKED':
    // A copy without a connection: its user, too, has to connect again.
    case 'PLATFORM_NOT_CONNECTED':
      return { cacheStatus: 'fallback_revoked', warningCode: 'SPOTIFY_TOKEN_REVOKED' };
    case 'REFRESH_IN_PROGRESS':
    case 'COMPUTING':
      return { cacheStatus: 'stale', warningCode: 'REFRESH_IN_PROGRESS' };
    case 'SPOTIFY_RATE_LIMITED':
    case 'SPOTIFY_SCOPE_MISSING':
    case 'STORAGE_UNAVAILABLE':
      return { cacheStatus: 'stale', warningCode: cause };
    default:
      // Whatever else kept us from computing: to the reader, no new list could be had.
      return { cacheStatus: 'stale', warningCode: 'SPOTIFY_UNAVAILABLE' };
  }
}

/** The error of a cause that the store remembered from an earlier request, or that `origin` is. */
export function errorOf(cause: Cause, retryAfterSeconds: number, origin?: Error): AppError {
  const options = { retryAfterSeconds, ...(origin && { cause: origin }) };
  switch (cause) {
    case 'SPOTIFY_TOKEN_REVOKED':
      return new PlatformRevoked('the consent was revoked or has expired');
    case 'SPOTIFY_SCOPE_MISSING':
      return new PlatformScopeMissing('the consent lacks a scope');
    case 'PLATFORM_NOT_CONNECTED':
      return new PlatformNotConnected('there is no connection');
    case 'SPOTIFY_RATE_LIMITED':
      return new PlatformRateLimited('the platform limits the application', options);
    case 'REFRESH_IN_PROGRESS':
    case 'COMPUTING':
      return new ComputationPending('the first computation goes on', options);
    case 'STORAGE_UNAVAILABLE':
      return new StorageUnavailable('storage could not be reached', options);
    case 'INTERNAL':
      return new InternalError('the last computation met a defect');
    default:
      return new PlatformUnavailable('the platform could not be reached', options);
  }
}
