import { systemClock } from '../clock.ts';
import { requiredEnv } from '../env.ts';
import { createObserver } from './observe.ts';
import { createPublishMetrics } from './publish-metrics.ts';

/** Writes metrics of this deployment. */
export const publishMetricsFromEnv = () => createPublishMetrics({ stage: requiredEnv('STAGE') });

/** Watches the requests of this instance: to be created once in it. */
export const observerFromEnv = () =>
  createObserver({ publishMetrics: publishMetricsFromEnv(), clock: systemClock });
