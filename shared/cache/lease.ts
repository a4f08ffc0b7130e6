import type { Clock } from '../clock.ts';
import { StorageUnavailable } from '../errors.ts';
import type { ComputationStore, Lease } from './computation-store.ts';

/** A holder that dies is replaced after this long; one that lives renews in time, three times over. */
export const LEASE_MS = 8_000;
const RENEW_EVERY_MS = 2_500;

/** Our lease went to another: what we compute would be refused. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Renews a lease until `signal` aborts, never beyond `deadlineMs`, when the execution environment is stopped anyway.
 * Calls `onLost` when the lease is no longer ours. An unreachable store is no such answer: the lease then runs out by
 * itself.
 */
export async function keepLease(
  { computations, clock }: { computations: ComputationStore; clock: Clock },
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
      if (!(await renewed(computations, lease, untilMs))) return onLost(new LeaseLost());
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function renewed(computations: ComputationStore, lease: Lease, untilMs: number): Promise<boolean> {
  try {
    return await computations.renew(lease, untilMs);
  } catch (error) {
    if (error instanceof StorageUnavailable) return true;
    throw error;
  }
}
