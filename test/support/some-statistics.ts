import type { Counts, FleetStatistics, Percentiles } from '../../shared/statistics/read-statistics.ts';
import { NOON } from './a-clock.ts';
import { HOUR } from './a-recorder.ts';

const NO_PERCENTILES: Percentiles = { p50: null, p90: null, p99: null };

const NO_COUNTS: Counts = {
  hits: 0,
  misses: 0,
  stale: 0,
  fallbackRevoked: 0,
  errors: 0,
  computations: 0,
  computationMs: 0,
  calls: 0,
  failures: 0,
  rateLimited: 0,
  revocations: 0,
  firstLists: 0,
  staleReplaced: 0,
  toggles: 0,
  unreadable: 0,
};

/** Of an hour until noon, in which nothing happened but what is given. */
export function someStatistics(counts: Partial<Counts> = {}): FleetStatistics {
  return {
    fromMs: NOON - HOUR,
    toMs: NOON,
    asOfMs: NOON,
    counts: { ...NO_COUNTS, ...counts },
    errorsByCode: {},
    latencyMs: { hit: NO_PERCENTILES, computation: NO_PERCENTILES },
    stock: { entries: 0, staleEntries: 0, bytes: 0 },
    unsweptSinceMs: undefined,
  };
}
