import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../clock.ts';
import { requiredEnv } from '../env.ts';
import { statisticsFromEnv } from '../statistics/environment.ts';
import { createObserver } from './observe.ts';
import { createPublishMetrics } from './publish-metrics.ts';

/** Writes metrics of this deployment. */
export const publishMetricsFromEnv = () => createPublishMetrics({ stage: requiredEnv('STAGE') });

/** Watches the requests of this environment: to be created once in it. */
export const observerFromEnv = (db: DynamoDBDocumentClient) =>
  createObserver({
    statistics: statisticsFromEnv(db),
    publishMetrics: publishMetricsFromEnv(),
    clock: systemClock,
  });
