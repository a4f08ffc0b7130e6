import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import type { PublishMetrics } from '../metrics/request-metrics.ts';
import { type Item, send, type TableDeps, tableOf } from '../storage/document-client.ts';
import type { Stock } from './count-entries.ts';
import type { StoredList } from './entry.ts';
import { EXPIRY_INDEX, expiryShards } from './keys.ts';
import { createPartStore } from './parts.ts';

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
      SweepDeleted: deleted,
      SweepUnfinished: complete ? 0 : 1,
      Entries: entries,
      StaleEntries: staleEntries,
    });
    return { deleted, entries, stale_entries: staleEntries };
  };
}

/**
 * The index shows an entry as it was a moment ago: one that was computed anew meanwhile has another expiry and must
 * stay.
 */
const STILL_EXPIRED = 'generation = :generation AND expiresAt <= :now';

/** DynamoDB's TTL removes what the sweep missed within 48 hours: older partitions of the index are empty. */
const HOURS_BACK = 49;
/** Deletes in flight at once: beside the queries of the shards, as many as the SDK has connections for (50). */
const CONCURRENCY = 32;
const PAGE_SIZE = 200;

/** An expired list, as the index describes it. */
type ExpiredList = Pick<StoredList, 'generation' | 'layout'> & { pk: string; userId: string };

export interface SweepResult {
  deleted: number;
  /** False: the time ran out, the next sweep finds the rest. */
  complete: boolean;
}

interface SweepOptions {
  nowMs: number;
  /** Looked at between batches: true ends the sweep. */
  isOutOfTime: () => boolean;
}

/**
 * Deletes every entry whose hard limit is over. Reads the index of the hours that can hold any, the shards of an hour
 * side by side, so its work grows with what has expired and not with the table. Safe to run twice at once.
 */
export function createSweep(deps: TableDeps) {
  const table = tableOf(deps);
  const partStore = createPartStore(deps);
  const limit = pLimit(CONCURRENCY);

  return async function sweepExpired({ nowMs, isOutOfTime }: SweepOptions): Promise<SweepResult> {
    const nowSeconds = Math.floor(nowMs / 1000);
    let deleted = 0;
    async function sweepShard(partition: string): Promise<boolean> {
      for await (const batch of expiredIn(partition, nowSeconds)) {
        if (isOutOfTime()) return false;
        const results = await Promise.all(batch.map((list) => limit(() => remove(list, nowSeconds))));
        deleted += results.filter(Boolean).length;
      }
      return true;
    }
    // Hour by hour, the oldest first: what waited longest goes first when time is short.
    for (let hoursAgo = HOURS_BACK - 1; hoursAgo >= 0; hoursAgo -= 1) {
      const shards = await Promise.all(expiryShards(nowSeconds - hoursAgo * 3600).map(sweepShard));
      if (shards.includes(false)) return { deleted, complete: false };
    }
    return { deleted, complete: true };
  };

  async function* expiredIn(partition: string, nowSeconds: number): AsyncGenerator<ExpiredList[]> {
    let start: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await send(
        deps.db,
        new QueryCommand({
          TableName: deps.table,
          IndexName: EXPIRY_INDEX,
          KeyConditionExpression: 'expiryHour = :partition AND expiresAt <= :now',
          ExpressionAttributeValues: { ':partition': partition, ':now': nowSeconds },
          Limit: PAGE_SIZE,
          ExclusiveStartKey: start,
        }),
      );
      start = LastEvaluatedKey;
      yield Items.filter(isKnown);
    } while (start);
  }

  async function remove(list: ExpiredList, nowSeconds: number): Promise<boolean> {
    const deleted = await table.delete(
      { pk: list.pk },
      { condition: STILL_EXPIRED, values: { ':generation': list.generation, ':now': nowSeconds } },
    );
    if (!deleted) return false;
    await partStore.remove(list.userId, list);
    return true;
  }
}

/** What a release to come may store otherwise must not stop the sweep of the rest: it is left to the TTL. */
const isKnown = (item: Item): item is ExpiredList =>
  typeof item.generation === 'string' && Array.isArray(item.layout);
