import type { CacheEvent, Observe } from '../cache/events.ts';
import type { Clock } from '../clock.ts';
import type { Statistics } from '../statistics/statistics.ts';
import type { PublishMetrics } from './publish-metrics.ts';
import { requestMetrics } from './request-metrics.ts';

interface ObserverDeps {
  statistics: Pick<Statistics, 'record' | 'writeIfDue'>;
  publishMetrics: PublishMetrics;
  clock: Pick<Clock, 'nowMs'>;
  /** Has something done when the reply is on its way. */
  afterwards?: (callback: () => void) => void;
}

/**
 * Watches a request or invocation: what happened in it goes into the running totals and into one record of metrics, on
 * every way out and once its result is decided. The events are its own; nothing of it is waited for. The record is put
 * into words and written after the reply was handed to Lambda, which lets the event loop turn before it freezes us.
 */
export function createObserver({
  statistics,
  publishMetrics,
  clock,
  afterwards = setImmediate,
}: ObserverDeps) {
  return async function observed<T>(work: (observe: Observe) => Promise<T>): Promise<T> {
    const startedAtMs = clock.nowMs();
    const events: CacheEvent[] = [];
    statistics.writeIfDue();
    try {
      return await work((event) => void events.push(event));
    } finally {
      statistics.record(events);
      const durationMs = clock.nowMs() - startedAtMs;
      afterwards(() => publishMetrics(requestMetrics(events, durationMs)));
    }
  };
}
