import type { Context } from 'aws-lambda';
import { createSweep } from '../shared/cache/sweep-expired.ts';
import { systemClock } from '../shared/clock.ts';
import { requiredEnv } from '../shared/env.ts';
import { publishMetricsFromEnv } from '../shared/metrics/environment.ts';
import { countEntriesFromEnv } from '../shared/statistics/count-environment.ts';
import { createHourlySweep } from '../shared/statistics/hourly-sweep.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();

const sweep = createHourlySweep({
  sweepExpired: createSweep({ db, table: requiredEnv('CACHE_TABLE') }),
  countEntries: countEntriesFromEnv(db),
  publishMetrics: publishMetricsFromEnv(),
  clock: systemClock,
});

/** Deletes what is too old to be served and counts the rest. Called by the scheduler, every hour. */
export const handler = (_event: unknown, context: Context) => sweep(() => context.getRemainingTimeInMillis());
