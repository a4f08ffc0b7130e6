import type { ErrorCode, OptionalList } from '../errors.ts';
import { nextPayment, type Pace } from '../pace.ts';
import type { Lookup } from './artists-cache.ts';
import { type Bans, bannedLists, banVerdict, type Probes } from './bans.ts';
import { isSameTruth } from './entry.ts';
import { namesOf, type Platform } from './platform.ts';

/** What the store remembers of a user's computations; times in epoch milliseconds. */
export interface ComputationRecord {
  /** Random, one a holder. Absent: none computes. */
  leaseToken?: string | undefined;
  leaseUntilMs?: number | undefined;
  /** The fence that the holder saw: a computation from an older fence can no longer land. */
  leaseFence?: string | undefined;
  /** No request tries again before this. */
  retryAtMs?: number | undefined;
  /** Why the last try failed. */
  cause?: ErrorCode | undefined;
  /** The optional list by which the last tries failed, and how many of them in a row. */
  failedList?: OptionalList | undefined;
  listFailures?: number | undefined;
  /** When the computations that toggles brought about are all paid for. */
  paidUntilMs?: number | undefined;
}

/** What is known when a request wants to compute. */
export interface Situation {
  found: Lookup;
  record: ComputationRecord;
  bans: Bans;
}

export type Verdict =
  | {
      kind: 'allowed';
      /** The token of a holder that computes from another fence than ours. */
      inPlaceOf?: string | undefined;
      /** Optional lists that are left out. */
      without: readonly OptionalList[];
      /** Bans whose end this computation is to find out. */
      probes: Probes;
      /** Set when a toggle brought this computation about. */
      paidUntilMs?: number | undefined;
    }
  /** Another request computes from the very state that we saw. */
  | { kind: 'computing elsewhere' }
  /** A try failed a moment ago, the platform limits us, or toggles have brought about too many computations. */
  | { kind: 'denied'; cause: ErrorCode; retryAfterSeconds: number };

/** An optional list that failed so often in a row is left out, where there is nothing else to show. */
const LIST_FAILURES = 3;

/** How many computations toggles bring about. */
const TOGGLE_PACE: Pace = { intervalMs: 60_000, burst: 10 };

/** May this request try to compute now? Pure: everything it needs to know is in the store. */
export function attemptVerdict(
  { found, record, bans }: Situation,
  { codes, needs }: Platform,
  nowMs: number,
): Verdict {
  const isWithoutCopy = found.state === 'none';
  const without = isWithoutCopy
    ? [...new Set([...bannedLists(bans, needs, nowMs), ...failingLists(record)])]
    : [];
  const names = namesOf(needs, without);
  const verdict = banVerdict(bans, names, nowMs);
  const pauseSeconds = Math.max(0, Math.ceil(((record.retryAtMs ?? 0) - nowMs) / 1000));
  // Both may hold: who waits as long as is said must not be told to wait again.
  const isBanLonger = verdict.kind === 'denied' && verdict.retryAfterSeconds >= pauseSeconds;
  if (pauseSeconds > 0 && !isBanLonger) return denied(record.cause ?? codes.unavailable, pauseSeconds);
  if (verdict.kind === 'denied') return denied(codes.rateLimited, verdict.retryAfterSeconds);
  const paidUntilMs = isByToggle(found, nowMs)
    ? nextPayment(record.paidUntilMs, TOGGLE_PACE, nowMs)
    : undefined;
  if (paidUntilMs === 'too many') return denied('COMPUTING', TOGGLE_PACE.intervalMs / 1000);
  const allowed = { kind: 'allowed', without, probes: verdict.probes, paidUntilMs } as const;
  const held = record.leaseUntilMs !== undefined && record.leaseUntilMs > nowMs;
  if (!held) return allowed;
  // A holder that started before an invalidation cannot store its result: it need not be waited for.
  const canStillStore = isSameTruth(record.leaseFence ?? '', found.fence);
  return canStillStore ? { kind: 'computing elsewhere' } : { ...allowed, inPlaceOf: record.leaseToken };
}

/** The list would still be fresh if a toggle had not outdated it. What lacks a list was never fresh. */
const isByToggle = (found: Lookup, nowMs: number) =>
  found.state === 'old' && found.stored.isStale && !found.stored.lacks?.length && nowMs < found.freshUntilMs;

const failingLists = ({ failedList, listFailures = 0 }: ComputationRecord) =>
  failedList && listFailures >= LIST_FAILURES ? [failedList] : [];

const denied = (cause: ErrorCode, retryAfterSeconds: number): Verdict => ({
  kind: 'denied',
  cause,
  retryAfterSeconds,
});
