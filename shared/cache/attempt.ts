import type { ErrorCode } from '../errors.ts';
import { isSameTruth } from './fence.ts';

/** What the store remembers of a user's computations; times in epoch milliseconds. */
export interface ComputationRecord {
  /** Random, one a holder. Absent: nobody computes. */
  leaseToken?: string | undefined;
  leaseUntilMs?: number | undefined;
  /** The fence that the holder saw: a computation from an older fence can no longer land. */
  leaseFence?: string | undefined;
  /** Nobody tries again before this. */
  retryAtMs?: number | undefined;
  /** Why the last try failed. */
  cause?: ErrorCode | undefined;
}

export type Verdict =
  /** `inPlaceOf`: the token of a holder that computes from another fence than ours. */
  | { kind: 'allowed'; inPlaceOf?: string | undefined }
  /** Another request computes from the very state that we saw. */
  | { kind: 'computing elsewhere' }
  /** A try failed a moment ago, for this user or (429) for the whole application. */
  | { kind: 'denied'; cause: ErrorCode; retryAfterSeconds: number };

/** May this request try to compute now? Pure: everything it needs to know is in the store. */
export function attemptVerdict(
  record: ComputationRecord,
  cooldownUntilMs: number,
  fence: string,
  nowMs: number,
): Verdict {
  if (record.retryAtMs !== undefined && record.retryAtMs > nowMs) {
    return backingOff(record.cause ?? 'SPOTIFY_UNAVAILABLE', record.retryAtMs - nowMs);
  }
  if (cooldownUntilMs > nowMs) return backingOff('SPOTIFY_RATE_LIMITED', cooldownUntilMs - nowMs);
  const held = record.leaseUntilMs !== undefined && record.leaseUntilMs > nowMs;
  if (!held) return { kind: 'allowed' };
  // A holder that started before an invalidation cannot store its result: it stands in nobody's way.
  const canStillStore = isSameTruth(record.leaseFence ?? '', fence);
  return canStillStore ? { kind: 'computing elsewhere' } : { kind: 'allowed', inPlaceOf: record.leaseToken };
}

function backingOff(cause: ErrorCode, remainingMs: number): Verdict {
  return { kind: 'denied', cause, retryAfterSeconds: Math.ceil(remainingMs / 1000) };
}
