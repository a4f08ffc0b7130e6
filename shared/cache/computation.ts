import type { Clock } from '../clock.ts';
import type { ComputationStore, Lease } from './computation-store.ts';
import { keepLease } from './lease.ts';

/** The computation lasts longer than this request may wait. */
export class ComputationOutlasted extends Error {
  override readonly name = 'ComputationOutlasted';
}

/** A computation that runs under a lease. `end` must be called on every way out. */
export interface RunningComputation {
  readonly lease: Lease;
  readonly startedAtMs: number;
  /** Aborts with `ComputationOutlasted` after the patience, with `LeaseLost` when another took over. */
  readonly signal: AbortSignal;
  end(): void;
}

/**
 * Starts the two watchers of a computation: the lease is renewed while it runs, and the signal aborts when
 * `patienceMs` are over or the lease is lost. `deadlineMs` is when the execution environment is stopped.
 */
export function startComputation(
  deps: { computations: ComputationStore; clock: Clock },
  lease: Lease,
  { patienceMs, deadlineMs }: { patienceMs: number; deadlineMs: number },
): RunningComputation {
  const aborting = new AbortController();
  const ended = new AbortController();
  const abort = (reason: Error) => aborting.abort(reason);
  deps.clock.sleep(patienceMs, ended.signal).then(
    () => abort(new ComputationOutlasted()),
    () => undefined,
  );
  keepLease(deps, lease, { deadlineMs, signal: ended.signal, onLost: abort }).catch(abort);
  return {
    lease,
    startedAtMs: deps.clock.nowMs(),
    signal: aborting.signal,
    end: () => ended.abort(),
  };
}
