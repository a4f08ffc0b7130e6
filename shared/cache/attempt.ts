import { randomUUID } from 'node:crypto';
import type { ErrorCode, OptionalList } from '../errors.ts';
import { nextPayment, type Pace } from '../pace.ts';
import type { Admit } from './admission.ts';
import type { Refusal } from './answer.ts';
import type { Lookup } from './artists-cache.ts';
import { type Bans, bannedLists, banVerdict, namesOf, type Probes, spread } from './bans.ts';
import type { ComputationDeps, Permit } from './computation.ts';
import { type ComputationRecord, LEASE_MS, type Lease, LIST_FAILURES } from './computation-store.ts';
import { canStillBeStored } from './entry.ts';
import type { Platform } from './platform.ts';

/** A page of a user's list, wanted before `deadlineMs` (epoch milliseconds). */
export interface PageRequest {
  userId: string;
  /** Zero-based. */
  page: number;
  limit: number;
  deadlineMs: number;
}

export interface AttemptDeps extends ComputationDeps {
  /** Whether one more computation may begin in the time after a ban. */
  admit: Admit;
}

export type Attempt =
  /** This request computes. */
  | { kind: 'permitted'; permit: Permit }
  | ({ kind: 'denied' } & Refusal)
  | { kind: 'computing elsewhere' }
  /** Something came in between our look and our lease. */
  | { kind: 'changed' };

/** What is left of the invocation in the end: time to hand a computation on and to answer. */
export const ANSWER_MARGIN_MS = 2_500;
/** When a request that was not let in after a ban may try again. */
const PACED_RETRY_SECONDS = 10;

/** Takes the computation lease, when trying is allowed and no other instance computes from the same truth. */
export async function attemptToCompute(
  deps: AttemptDeps,
  request: PageRequest,
  found: Lookup,
): Promise<Attempt> {
  const { cache, computations, bans: banStore, platform, clock } = deps;
  const { userId, page, limit, deadlineMs } = request;
  // Bans and pacing by one look: a second one might show a ban that the verdict does not know.
  const [record, { bans, pacing }] = await Promise.all([
    computations.read(userId),
    banStore.look(clock.nowMs(), namesOf(platform.needs)),
  ]);
  const nowMs = clock.nowMs();
  const verdict = attemptVerdict({ found, record, bans }, platform, nowMs);
  if (verdict.kind === 'denied' && verdict.cause === platform.codes.rateLimited)
    return limited(deps, request, verdict.retryAfterSeconds);
  if (verdict.kind !== 'allowed') return verdict;
  // After a ban the caller that probes its end may begin, and then so many at a time.
  const isPaced = pacing !== undefined && verdict.probes.length === 0;
  if (isPaced && !(await deps.admit(userId, pacing, nowMs)))
    return limited(deps, request, PACED_RETRY_SECONDS);
  const lease: Lease = { userId, token: randomUUID(), fence: found.fence };
  // One of the two fences is outdated, the holder's or ours. The entry knows, and has it from after the holder's look.
  if (verdict.inPlaceOf && (await cache.get(userId, page, limit, clock.nowMs())).fence !== lease.fence)
    return { kind: 'changed' };
  const untilMs = Math.min(nowMs + LEASE_MS, deadlineMs - ANSWER_MARGIN_MS);
  if (!(await computations.acquire(lease, nowMs, untilMs, verdict))) return { kind: 'computing elsewhere' };
  if (!(await banStore.takeProbes(verdict.probes, lease.token, nowMs))) {
    await computations.release(lease);
    // Another probes since our look: a new one tells whether that forbids all, or a list that we can do without.
    return { kind: 'changed' };
  }
  // Between our look and our lease another computation may have ended: only what stands now counts.
  const now = await cache.get(userId, page, limit, clock.nowMs());
  if (canStillBeStored(lease.fence, now.fence) && now.state !== 'fresh') {
    return { kind: 'permitted', permit: { ...verdict, record, found: now, lease } };
  }
  await Promise.all([computations.release(lease), banStore.releaseProbes(verdict.probes, lease.token)]);
  return { kind: 'changed' };
}

/** The platform limits us. Not all who are sent away come again at once. */
const limited = ({ platform, clock }: AttemptDeps, { userId }: PageRequest, seconds: number): Attempt => ({
  kind: 'denied',
  cause: platform.codes.rateLimited,
  retryAfterSeconds: spread(seconds, userId, clock.nowMs()),
});

/** What is known when a request wants to compute. */
interface Known {
  found: Lookup;
  record: ComputationRecord;
  bans: Bans;
}

type Verdict =
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

/** How many computations toggles bring about. */
const TOGGLE_PACE: Pace = { intervalMs: 60_000, burst: 10 };

/** May a request try to compute now? Pure: everything it needs to know is in the store. */
export function attemptVerdict(
  { found, record, bans }: Known,
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
  const isAwaited = canStillBeStored(record.leaseFence ?? '', found.fence);
  return isAwaited ? { kind: 'computing elsewhere' } : { ...allowed, inPlaceOf: record.leaseToken };
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
