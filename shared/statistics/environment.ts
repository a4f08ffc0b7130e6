import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requiredEnv, secondsOrNone } from '../env.ts';
import { createReadMetrics } from '../metrics/read-metrics.ts';
import { countEntriesFromEnv } from './count-environment.ts';
import { createReadStatistics } from './read-statistics.ts';

/** As of all that a request waits for: the caller learns of an outage within about 7 s. */
const REQUEST_LIMITS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

/** Reads the statistics of this deployment: to be created once in an instance, which keeps a reading for a while. */
export const readStatisticsFromEnv = (db: DynamoDBDocumentClient) =>
  createReadStatistics({
    readMetrics: createReadMetrics({
      client: new CloudWatchClient({ maxAttempts: 3, requestHandler: REQUEST_LIMITS }),
      namespace: requiredEnv('POWERTOOLS_METRICS_NAMESPACE'),
      service: requiredEnv('POWERTOOLS_SERVICE_NAME'),
      stage: requiredEnv('STAGE'),
    }),
    countEntries: countEntriesFromEnv(db),
    delayMs: secondsOrNone('METRICS_DELAY_SECONDS') * 1000,
  });
