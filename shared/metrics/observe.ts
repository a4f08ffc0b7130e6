import type { CacheEvent, Observe } from '../cache/events.ts';
import type { Clock } from '../clock.ts';
import type { PublishMetrics } from './publish-metrics.ts';
import { errorCodeOf, requestMetrics } from './request-metrics.ts';

interface ObserverDeps {
  publishMetrics: PublishMetrics;
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Watches a request or invocation: what happened in it becomes one record of metrics, on every way out. The record is
 * written before the reply is handed to Lambda, which may freeze or end the instance right after it: a request that was
 * answered is counted. Nothing is called and nothing waited for.
 */
export function createObserver({ publishMetrics, clock }: ObserverDeps) {
  return async function observed<T>(work: (observe: Observe) => Promise<T>): Promise<T> {
    const startedAtMs = clock.nowMs();
    const events: CacheEvent[] = [];
    try {
      return await work((event) => void events.push(event));
    } finally {
      publishMetrics(requestMetrics(events, clock.nowMs() - startedAtMs), errorCodeOf(events));
    }
  };
}
