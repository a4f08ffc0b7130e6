import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, type MetricName, type MetricValues } from './names.ts';

/**
 * Writes one record of the embedded metric format to the log, from which CloudWatch makes metrics: no call, no waiting.
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

  return function publishMetrics(values: MetricValues): void {
    const entries = Object.entries(values) as [MetricName, number][];
    if (entries.length === 0) return;
    for (const [name, value] of entries) metrics.addMetric(name, MetricUnit[METRICS[name]], value);
    metrics.publishStoredMetrics();
  };
}

export type PublishMetrics = ReturnType<typeof createPublishMetrics>;
