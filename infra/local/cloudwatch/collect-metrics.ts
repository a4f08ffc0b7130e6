import type { Clock } from '../../../shared/clock.ts';
import { isEmf, MalformedEmf, parseEmf } from './emf.ts';
import type { MetricStore } from './metric-store.ts';

interface CollectorOptions {
  readonly store: Pick<MetricStore, 'add'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Told of a line that CloudWatch would pass over. */
  onMalformed(message: string): void;
}

/** Makes metrics of what the functions write, as CloudWatch Logs does. */
export function createMetricCollector({ store, clock, onMalformed }: CollectorOptions) {
  return function collect(functionName: string, line: string): void {
    if (!isEmf(line)) return;
    try {
      for (const measured of parseEmf(line, clock.nowMs())) store.add(measured);
    } catch (error) {
      if (!(error instanceof MalformedEmf)) throw error;
      onMalformed(`${functionName} wrote malformed metrics: ${error.message}`);
    }
  };
}
