import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { send, type TableDeps } from '../storage/document-client.ts';
import type { Windows } from './entry.ts';
import { EXPIRY_INDEX, expiryShards } from './keys.ts';

/** Partitions counted at once. */
const CONCURRENCY = 16;

/** The lists that may still be served. */
export interface Stock {
  entries: number;
  /** Those that are not fresh: marked as stale, or older than lists are fresh. */
  staleEntries: number;
}

/**
 * Counts the lists in the index of expiry hours, all partitions side by side. Reads about 100 bytes a list: half a
 * read unit for 40 of them. A list that was written a moment ago may not be in the index yet.
 *
 * @throws StorageUnavailable
 */
export function createCountEntries({ db, table, windows }: TableDeps & { windows: Windows }) {
  const limit = pLimit(CONCURRENCY);

  return async function countEntries(nowMs: number): Promise<Stock> {
    const nowSeconds = Math.floor(nowMs / 1000);
    const lastSeconds = Math.ceil((nowMs + windows.keepMs) / 1000);
    // A list that expires by then is older than lists are fresh.
    const oldUntil = Math.floor((nowMs + windows.keepMs - windows.freshMs) / 1000);
    const counted = await Promise.all([
      ...expiryPartitions(nowSeconds + 1, oldUntil).map((partition) =>
        limit(() => countOld(partition, nowSeconds, oldUntil)),
      ),
      ...expiryPartitions(oldUntil + 1, lastSeconds).map((partition) =>
        limit(() => countYoung(partition, oldUntil)),
      ),
    ]);
    return {
      entries: counted.reduce((sum, { entries }) => sum + entries, 0),
      staleEntries: counted.reduce((sum, { staleEntries }) => sum + staleEntries, 0),
    };
  };

  async function countOld(partition: string, nowSeconds: number, oldUntil: number): Promise<Stock> {
    const { found } = await count(partition, {
      KeyConditionExpression: 'expiryHour = :partition AND expiresAt BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':first': nowSeconds + 1, ':last': oldUntil },
    });
    return { entries: found, staleEntries: found };
  }

  async function countYoung(partition: string, oldUntil: number): Promise<Stock> {
    const { found, scanned } = await count(partition, {
      KeyConditionExpression: 'expiryHour = :partition AND expiresAt > :last',
      FilterExpression: 'isStale = :stale',
      ExpressionAttributeValues: { ':last': oldUntil, ':stale': true },
    });
    return { entries: scanned, staleEntries: found };
  }

  async function count(partition: string, query: Partial<QueryCommandInput>) {
    let found = 0;
    let scanned = 0;
    let start: Record<string, unknown> | undefined;
    do {
      const { Count, ScannedCount, LastEvaluatedKey } = await send(
        db,
        new QueryCommand({
          TableName: table,
          IndexName: EXPIRY_INDEX,
          Select: 'COUNT',
          ...query,
          ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ':partition': partition },
          ExclusiveStartKey: start,
        }),
      );
      found += Count ?? 0;
      scanned += ScannedCount ?? 0;
      start = LastEvaluatedKey;
    } while (start);
    return { found, scanned };
  }
}

/** The partitions of the index that hold the lists which expire from one second to another. */
function expiryPartitions(fromSeconds: number, toSeconds: number): string[] {
  const partitions: string[] = [];
  for (let hour = Math.floor(fromSeconds / 3600); hour <= Math.floor(toSeconds / 3600); hour++)
    partitions.push(...expiryShards(hour * 3600));
  return partitions;
}
