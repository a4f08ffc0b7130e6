import type { createSweep } from '../cache/sweep-expired.ts';
import type { Clock } from '../clock.ts';
import type { PublishMetrics } from '../metrics/publish-metrics.ts';
import type { createReadStock } from './read-statistics.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { Statistics } from './statistics.ts';

/** What is left of the invocation when deleting ends: time to count and to write the count down. */
const COUNT_MARGIN_MS = 20_000;

interface HourlySweepDeps {
  sweepExpired: ReturnType<typeof createSweep>;
  statistics: Pick<Statistics, 'record' | 'writeAll'>;
  readStock: ReturnType<typeof createReadStock>;
  snapshots: Pick<SnapshotStore, 'write'>;
  publishMetrics: PublishMetrics;
  clock: Pick<Clock, 'nowMs'>;
}

/** What the sweep answers to whoever runs it. */
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
export function createHourlySweep(deps: HourlySweepDeps) {
  const { sweepExpired, statistics, readStock, snapshots, publishMetrics, clock } = deps;

  return async function sweep(remainingMs: () => number): Promise<SweepReport> {
    const isOutOfTime = () => remainingMs() < COUNT_MARGIN_MS;
    const { deleted, complete } = await sweepExpired({ nowMs: clock.nowMs(), isOutOfTime });
    statistics.record(deleted.map((list) => ({ name: 'removed', list })));
    // Nobody waits for the sweep: its own changes are in the count.
    await statistics.writeAll();
    const sweptAtMs = clock.nowMs();
    const stock = await readStock(sweptAtMs);
    await snapshots.write({ sweptAtMs, deleted: deleted.length, ...stock });
    publishMetrics({
      SweepHeartbeat: 1,
      SweepDeleted: deleted.length,
      SweepUnfinished: complete ? 0 : 1,
      Entries: stock.entries,
      StaleEntries: stock.staleEntries,
      Bytes: stock.bytes,
    });
    return { deleted: deleted.length, entries: stock.entries, stale_entries: stock.staleEntries };
  };
}
