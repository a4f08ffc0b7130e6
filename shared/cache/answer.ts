import type { RevokedCode, StaleCode } from '../contract/artists-page.ts';
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
import { type ComputedList, uniqueName } from './entry.ts';
import type { Outcome } from './events.ts';
import type { FailureCodes } from './platform.ts';

/** How old the copy is, and why there is no better one. */
type Situation =
  | { cacheStatus: 'fresh'; warningCode?: never }
  | { cacheStatus: 'stale'; warningCode: StaleCode }
  | { cacheStatus: 'fallback_revoked'; warningCode: RevokedCode };

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
  /** Our own doing that kept this request from computing: for the log, the reader has the copy. */
  defect?: Error;
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
    fence: fence ?? uniqueName(),
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

/** Why a request gets no new list. */
export interface Refusal {
  cause: Cause;
  retryAfterSeconds?: number;
  /** Set when it is this request that failed. */
  error?: unknown;
}

/**
 * The old copy with the reason why there is no better one; without a usable copy, throws the reason. The hard limit
 * counts at `nowMs`, when the copy is handed out: since it was read, storage may have kept us waiting for seconds.
 */
export function fallback(found: Lookup, refusal: Refusal, codes: FailureCodes, nowMs: number): Answer {
  if (found.state === 'none' || nowMs >= found.usableUntilMs) throw errorOf(refusal, codes);
  if (found.state === 'fresh') return hit(found);
  const { copy, fence } = found;
  // A list that lacks a part says so, whatever keeps it from being whole; a revocation is more to the point.
  const situation = situationOf(refusal.cause, codes);
  const isWarnedOf = situation.cacheStatus === 'stale' && isPartial(found.stored);
  return { copy, fence, cached: true, ...(isWarnedOf ? PARTIAL : situation) };
}

const PARTIAL = { cacheStatus: 'stale', warningCode: 'PARTIAL_LIST' } as const;
const isPartial = ({ lacks = [] }: { lacks?: readonly string[] }) => lacks.length > 0;

function situationOf(cause: Cause, codes: FailureCodes): Situation {
  switch (cause) {
    case codes.revoked:
    // A copy without a connection: its user, too, has to connect again.
    case 'PLATFORM_NOT_CONNECTED':
      return { cacheStatus: 'fallback_revoked', warningCode: codes.revoked };
    case 'REFRESH_IN_PROGRESS':
    case 'COMPUTING':
      return { cacheStatus: 'stale', warningCode: 'REFRESH_IN_PROGRESS' };
    case 'STORAGE_UNAVAILABLE':
      return { cacheStatus: 'stale', warningCode: cause };
    case codes.rateLimited:
      return { cacheStatus: 'stale', warningCode: codes.rateLimited };
    case codes.scopeMissing:
      return { cacheStatus: 'stale', warningCode: codes.scopeMissing };
    default:
      // Whatever else kept us from computing: to the reader, no new list could be had.
      return { cacheStatus: 'stale', warningCode: codes.unavailable };
  }
}

/** The error of a cause that the store remembered from an earlier request, or that `origin` is. */
export function errorOf(
  { cause, retryAfterSeconds = 1 }: Refusal,
  codes: FailureCodes,
  origin?: Error,
): AppError {
  const options = { retryAfterSeconds, ...(origin && { cause: origin }) };
  switch (cause) {
    case codes.revoked:
      return new PlatformRevoked('the consent was revoked or has expired', { code: codes.revoked });
    case codes.scopeMissing:
      return new PlatformScopeMissing('the consent lacks a scope', { code: codes.scopeMissing });
    case codes.rateLimited:
      return new PlatformRateLimited('the platform limits the application', {
        ...options,
        code: codes.rateLimited,
      });
    case 'PLATFORM_NOT_CONNECTED':
      return new PlatformNotConnected('there is no connection');
    case 'REFRESH_IN_PROGRESS':
    case 'COMPUTING':
      return new ComputationPending('the first computation goes on', options);
    case 'STORAGE_UNAVAILABLE':
      return new StorageUnavailable('storage could not be reached', options);
    case 'INTERNAL':
      return new InternalError('the last computation met a defect');
    default:
      return new PlatformUnavailable('the platform could not be reached', {
        ...options,
        code: codes.unavailable,
      });
  }
}
