import type { Windows } from '../../shared/cache/entry.ts';
import type { Chronicle } from './chronicle.ts';
import { type EntryState, holdsList, isFresh } from './judge-entry.ts';

/** Who computes, and since what failure none may; empty when nothing is known. */
export interface LeaseState {
  readonly leaseToken?: string;
  readonly leaseUntil?: number;
  readonly leaseFence?: string;
  readonly retryAt?: number;
  readonly cause?: string;
}

interface LeaseChange {
  readonly user: string;
  readonly caller: string;
  readonly atMs: number;
  readonly before: LeaseState;
  readonly now: LeaseState;
  readonly entry: EntryState | undefined;
  readonly byToggleMs: number[];
  readonly chronicle: Chronicle;
  readonly windows: Windows;
}

/** Of computations that toggles bring about: ten at once, and one more when a minute has passed. */
const BY_TOGGLE_IN_A_MINUTE = 11;
const MINUTE_MS = 60_000;

/**
 * Every computation begins with a lease, and every lease wants a reason. `byToggleMs`: when toggles brought about the
 * user's computations before; one more is added.
 */
export function judgeLeaseChange({
  user,
  caller,
  atMs,
  before,
  now,
  entry,
  byToggleMs,
  ...rest
}: LeaseChange): void {
  const { chronicle, windows } = rest;
  chronicle.tell(user, `lease: ${shown(before, atMs)} → ${shown(now, atMs)}, by ${caller}`);
  if (!now.leaseToken || now.leaseToken === before.leaseToken) return;
  const isHandedOver = caller.endsWith('-refresh-artists') && before.leaseFence === now.leaseFence;
  const isHeld = before.leaseToken !== undefined && (before.leaseUntil ?? 0) > atMs;
  if (isHeld && isHandedOver) {
    chronicle.count('computations handed over');
    return;
  }
  if (isHeld && before.leaseFence === entry?.fence)
    chronicle.violate('computation', user, 'a lease was taken from a holder that lives and is not outdated');
  if ((before.retryAt ?? 0) > atMs)
    chronicle.violate('computation', user, 'a lease was taken during the back-off');
  chronicle.count('leases');
  const reason = reasonOf(before, entry, atMs, windows);
  chronicle.count(`reason ${reason}`);
  if (reason !== INVALIDATED || !isYoung(entry, atMs, windows)) return;
  byToggleMs.push(atMs);
  const recent = byToggleMs.filter((ms) => ms > atMs - MINUTE_MS).length;
  if (recent > BY_TOGGLE_IN_A_MINUTE)
    chronicle.violate('computation', user, `toggles brought about ${recent} computations in a minute`);
}

const INVALIDATED = 'the list was invalidated';
/** What is older would be computed without any toggle. */
const isYoung = (entry: EntryState | undefined, atMs: number, { freshMs }: Windows) =>
  entry !== undefined && atMs - entry.timestampMs < freshMs;

function reasonOf(before: LeaseState, entry: EntryState | undefined, atMs: number, windows: Windows): string {
  // Seen by the holder itself, which gives the lease back.
  if (isFresh(entry, atMs, windows)) return 'none: another had just computed, so nothing was asked';
  if (before.leaseToken && before.leaseFence === entry?.fence) return 'the holder was dead';
  if ((before.retryAt ?? 0) > (entry?.timestampMs ?? 0))
    return 'an attempt had failed, its back-off was over';
  if (!holdsList(entry)) return 'there was no list';
  return entry.isStale ? INVALIDATED : 'the list was old';
}

function shown({ leaseToken, leaseUntil = 0, retryAt = 0, cause }: LeaseState, atMs: number): string {
  const holder = leaseToken ? `${leaseToken.slice(0, 8)} for ${leaseUntil - atMs} ms` : 'free';
  return retryAt > atMs ? `${holder}, back-off of ${retryAt - atMs} ms for ${cause}` : holder;
}
