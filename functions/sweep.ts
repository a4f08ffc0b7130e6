import type { Context } from 'aws-lambda';
import { windowsFromEnv } from '../shared/cache/environment.ts';
import { createSweep } from '../shared/cache/sweep-expired.ts';
import { systemClock } from '../shared/clock.ts';
import { requiredEnv } from '../shared/env.ts';
import { publishMetricsFromEnv } from '../shared/metrics/environment.ts';
import { snapshotsFromEnv, statisticsFromEnv, totalsFromEnv } from '../shared/statistics/environment.ts';
import { createHourlySweep } from '../shared/statistics/hourly-sweep.ts';
import { createReadStock } from '../shared/statistics/read-statistics.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();

const sweep = createHourlySweep({
  sweepExpired: createSweep({ db, table: requiredEnv('CACHE_TABLE') }),
  statistics: statisticsFromEnv(db),
  readStock: createReadStock({ totals: totalsFromEnv(db), windows: windowsFromEnv() }),
  snapshots: snapshotsFromEnv(db),
  publishMetrics: publishMetricsFromEnv(),
  clock: systemClock,
});

/** Deletes what is too old to be served and counts the rest. Called by the scheduler, every hour. */
export const handler = (_event: unknown, context: Context) => sweep(() => context.getRemainingTimeInMillis());
