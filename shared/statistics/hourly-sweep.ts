import type { Stock } from '../cache/count-entries.ts';
import type { createSweep } from '../cache/sweep-expired.ts';
import type { Clock } from '../clock.ts';
import type { PublishMetrics } from '../metrics/publish-metrics.ts';

/** What is left of the invocation when deleting ends: time to count and to tell. */
const COUNT_MARGIN_MS = 20_000;

interface HourlySweepDeps {
  sweepExpired: ReturnType<typeof createSweep>;
  countEntries: (nowMs: number) => Promise<Stock>;
  publishMetrics: PublishMetrics;
  clock: Pick<Clock, 'nowMs'>;
}

/** What the sweep answers to its caller. */
interface SweepReport {
  deleted: number;
  entries: number;
  stale_entries: number;
}

/**
 * Deletes the lists whose hard limit is over and counts those that remain. What it has no time for, the next hour
 * finds again; DynamoDB's TTL is at work as well, so nothing more is arranged. May be repeated, and run twice at once.
 *
 * @throws StorageUnavailable; the scheduler then tries again.
 */
export function createHourlySweep({ sweepExpired, countEntries, publishMetrics, clock }: HourlySweepDeps) {
  return async function sweep(remainingMs: () => number): Promise<SweepReport> {
    const isOutOfTime = () => remainingMs() < COUNT_MARGIN_MS;
    const { deleted, complete } = await sweepExpired({ nowMs: clock.nowMs(), isOutOfTime });
    const { entries, staleEntries } = await countEntries(clock.nowMs());
    publishMetrics({
      SweepHeartbeat: 1,
      SweepDeleted: deleted.length,
      SweepUnfinished: complete ? 0 : 1,
      Entries: entries,
      StaleEntries: staleEntries,
    });
    return { deleted: deleted.length, entries, stale_entries: staleEntries };
  };
}
