import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { untilAborted } from '../until-aborted.ts';
import type { ArtistsCache } from './artists-cache.ts';
import { startComputation } from './computation.ts';
import type { ComputationStore, Lease } from './computation-store.ts';
import type { Observe } from './events.ts';
import { LEASE_MS, LeaseLost } from './lease.ts';
import type { ComputedList } from './pack-list.ts';
import { rememberFailure } from './remember-failure.ts';

/** What is left when the computation is given up: time to write down why. */
const END_MARGIN_MS = 5_000;

interface RefreshDeps {
  cache: ArtistsCache;
  computations: ComputationStore;
  clock: Clock;
  retryMs: number;
  compute: (job: RefreshJob) => Promise<ComputedList>;
}

interface RefreshJob {
  userId: string;
  signal: AbortSignal;
  observe?: Observe | undefined;
}

/**
 * `superseded`: the lease had gone to another, or what was computed was outdated before it could be stored.
 * `forbidden`: meanwhile the platform limits the application; the next request after that computes.
 */
type RefreshResult = 'stored' | 'superseded' | 'forbidden' | 'failed';

/**
 * Finishes a computation whose lease was handed over. The message may come late, twice, or again after a crash: only
 * whoever exchanges the handed token for one of its own computes, or, when that holder is dead, takes the lease anew.
 */
export function createRefresh({ compute, ...deps }: RefreshDeps) {
  const { cache, computations, clock } = deps;

  async function takeOver(handed: Lease): Promise<Lease | undefined> {
    const nowMs = clock.nowMs();
    const lease = { ...handed, token: randomUUID() };
    const taken =
      (await computations.exchange(handed, lease.token, nowMs + LEASE_MS)) ||
      (await computations.acquire(lease, nowMs, nowMs + LEASE_MS));
    return taken ? lease : undefined;
  }

  return async function refresh(
    handed: Lease,
    deadlineMs: number,
    observe?: Observe,
  ): Promise<RefreshResult> {
    const lease = await takeOver(handed);
    if (!lease) return 'superseded';
    const [{ fence, stored }, cooldownUntilMs] = await Promise.all([
      cache.get(lease.userId, 0, 1, clock.nowMs()),
      computations.cooldownUntilMs(),
    ]);
    const isOutdated = fence !== lease.fence;
    if (isOutdated || cooldownUntilMs > clock.nowMs()) {
      await computations.release(lease);
      return isOutdated ? 'superseded' : 'forbidden';
    }
    const patienceMs = deadlineMs - END_MARGIN_MS - clock.nowMs();
    const running = startComputation(deps, lease, { patienceMs, deadlineMs });
    try {
      const job = { userId: lease.userId, signal: running.signal, observe };
      const list = await untilAborted(compute(job), running.signal);
      running.end();
      observe?.({ name: 'computed', ms: clock.nowMs() - running.startedAtMs });
      const result = await cache.set(lease.userId, list, { fence, stored });
      if (!result.stored) return 'superseded';
      observe?.({ name: 'stored', list: result.list, replaced: stored });
      return 'stored';
    } catch (error) {
      running.end();
      if (error instanceof LeaseLost) return 'superseded';
      await rememberFailure({ ...deps, replaced: stored, observe }, lease, error);
      return 'failed';
    }
  };
}
