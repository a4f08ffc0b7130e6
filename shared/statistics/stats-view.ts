import type { DataOf } from '../contract/route.ts';
import type { getCacheStats } from '../contract/routes.ts';
import type { Locale } from '../http/messages.ts';
import type { FleetStatistics } from './read-statistics.ts';
import { recommend } from './recommendations.ts';

/** The figures as `GET /api/cache/stats` answers them. Pure. */
export function statsView(statistics: FleetStatistics, locale: Locale): DataOf<typeof getCacheStats> {
  const { counts, stock, fromMs, toMs, asOfMs, latencyMs } = statistics;
  const { hits, misses, stale, fallbackRevoked, errors } = counts;
  // Nothing counts requests beside their outcomes: the sum is the number.
  const requests = hits + misses + stale + fallbackRevoked + errors;
  const share = (count: number) => (requests === 0 ? 0 : count / requests);
  return {
    window: { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() },
    requests,
    hits,
    misses,
    stale,
    fallback_revoked: fallbackRevoked,
    errors,
    errors_by_code: statistics.errorsByCode,
    hit_rate: share(hits),
    miss_rate: share(misses),
    stale_rate: share(stale + fallbackRevoked),
    error_rate: share(errors),
    entries: stock.entries,
    stale_entries: stock.staleEntries,
    bytes: stock.bytes,
    spotify: {
      computations: counts.computations,
      calls: counts.calls,
      failures: counts.failures,
      rate_limited: counts.rateLimited,
      revocations: counts.revocations,
      avg_computation_ms: average(counts.computationMs, counts.computations),
    },
    latency_ms: latencyMs,
    recommendations: recommend(statistics, locale),
    as_of: new Date(asOfMs).toISOString(),
  };
}

const average = (sum: number, count: number) => (count === 0 ? 0 : Math.round(sum / count));
