import { type Clock, systemClock } from '../../shared/clock.ts';
import { createMetricCollector } from './cloudwatch/collect-metrics.ts';
import { createMetricStore } from './cloudwatch/metric-store.ts';
import { createLogs } from './lambda/logs.ts';

interface TelemetryOptions {
  readonly logDirectory: string;
  /** The file in which metrics outlive the local stack; undefined: nothing does. */
  readonly metricsFile: string | undefined;
  readonly clock?: Clock | undefined;
  onFailure?(message: string): void;
  /** Told of each line that a function writes. */
  onLog?(functionName: string, line: string): void;
}

export type Telemetry = ReturnType<typeof createTelemetry>;

/** What the functions have written since the start, as logs and as metrics. It outlives what is deployed anew. */
export function createTelemetry(
  { logDirectory, metricsFile, clock = systemClock, onFailure = () => undefined, onLog }: TelemetryOptions,
  parts: AsyncDisposableStack,
) {
  const metrics = createMetricStore(metricsFile);
  parts.defer(() => metrics.close());
  const malformed: string[] = [];
  const collect = createMetricCollector({
    store: metrics,
    clock,
    onMalformed(message) {
      malformed.push(message);
      onFailure(message);
    },
  });
  const logs = createLogs(logDirectory, (functionName, line) => {
    collect(functionName, line);
    onLog?.(functionName, line);
  });
  parts.defer(() => logs.close());
  return { metrics, logs, malformed };
}
