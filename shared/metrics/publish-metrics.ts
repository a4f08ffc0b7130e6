import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ErrorCode } from '../errors.ts';
import { CODE_DIMENSION, METRICS, type MetricName, type MetricValues } from './names.ts';

/**
 * Writes one record of the embedded metric format to the log, from which CloudWatch makes metrics: no call, no waiting.
 * The record of an error is found by its code as well as with all others.
 *
 * The recorder of Powertools collects a record bit by bit. Here a record is collected and written in one synchronous
 * go, so that concurrent requests, which share the recorder, cannot get into each other's.
 */
export function createPublishMetrics({
  stage,
  metrics = new Metrics(),
}: {
  stage: string;
  metrics?: Metrics;
}) {
  metrics.setDefaultDimensions({ stage });

  return function publishMetrics(values: MetricValues, code?: ErrorCode): void {
    const entries = Object.entries(values) as [MetricName, number][];
    if (entries.length === 0) return;
    for (const [name, value] of entries) metrics.addMetric(name, MetricUnit[METRICS[name]], value);
    // A record with a set of dimensions of its own is no longer found by the default ones, unless it names them.
    if (code !== undefined) metrics.addDimensions({}).addDimensions({ [CODE_DIMENSION]: code });
    metrics.publishStoredMetrics();
  };
}

export type PublishMetrics = ReturnType<typeof createPublishMetrics>;
