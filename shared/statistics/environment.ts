import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { windowsFromEnv } from '../cache/environment.ts';
import { systemClock } from '../clock.ts';
import { requiredEnv } from '../env.ts';
import { logTrouble } from '../logging/log-failure.ts';
import { createReadStatistics } from './read-statistics.ts';
import { createSnapshotStore } from './snapshot-store.ts';
import { createStatistics } from './statistics.ts';
import { createTotalsStore } from './totals-store.ts';

/** The totals of all environments of this deployment. */
export const totalsFromEnv = (db: DynamoDBDocumentClient) =>
  createTotalsStore({ db, table: requiredEnv('STATISTICS_TABLE') });

/** What the last sweep of this deployment found. */
export const snapshotsFromEnv = (db: DynamoDBDocumentClient) =>
  createSnapshotStore({ db, table: requiredEnv('STATISTICS_TABLE') });

/** Reads the statistics of this deployment. */
export const readStatisticsFromEnv = (db: DynamoDBDocumentClient) =>
  createReadStatistics({
    totals: totalsFromEnv(db),
    snapshots: snapshotsFromEnv(db),
    windows: windowsFromEnv(),
  });

/** The running totals of this environment: to be created once in it. */
export const statisticsFromEnv = (db: DynamoDBDocumentClient) =>
  createStatistics({
    store: totalsFromEnv(db),
    windows: windowsFromEnv(),
    clock: systemClock,
    onWriteFailed: (error) => void logTrouble('statistics not written yet', error),
  });
