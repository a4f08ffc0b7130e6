import * as v from 'valibot';
import { expect, it } from 'vitest';
import { getCacheStats } from '../../../shared/contract/routes.ts';
import { statsView } from '../../../shared/statistics/read-statistics.ts';
import { NOON } from '../../support/a-clock.ts';
import { someStatistics } from '../../support/some-statistics.ts';

it('shows the figures in the form of the contract', () => {
  const statistics = someStatistics({
    hits: 90,
    misses: 4,
    stale: 2,
    fallbackRevoked: 1,
    errors: 3,
    computations: 5,
    computationMs: 11_001,
    calls: 60,
  });
  const recommendations = [{ code: 'LOW_HIT_RATE', severity: 'warning' as const, message: 'look' }];
  const view = statsView(
    {
      ...statistics,
      asOfMs: NOON - 60_000,
      errorsByCode: { COMPUTING: 3 },
      latencyMs: { ...statistics.latencyMs, hit: { p50: 5, p90: 8, p99: 20 } },
      stock: { entries: 4, staleEntries: 1, bytes: 9_000 },
    },
    recommendations,
  );
  expect(v.is(getCacheStats.reply, { success: true, data: view })).toBe(true);
  expect(view).toMatchObject({
    window: { from: '2026-11-22T11:00:00.000Z', to: '2026-11-22T12:00:00.000Z' },
    requests: 100,
    hits: 90,
    misses: 4,
    stale: 2,
    fallback_revoked: 1,
    errors: 3,
    errors_by_code: { COMPUTING: 3 },
    latency_ms: { hit: { p50: 5, p90: 8, p99: 20 }, computation: { p50: null, p90: null, p99: null } },
    hit_rate: 0.9,
    miss_rate: 0.04,
    stale_rate: 0.03,
    error_rate: 0.03,
    entries: 4,
    stale_entries: 1,
    bytes: 9_000,
    spotify: {
      computations: 5,
      calls: 60,
      failures: 0,
      rate_limited: 0,
      revocations: 0,
      avg_computation_ms: 2_200,
    },
    recommendations,
    as_of: '2026-11-22T11:59:00.000Z',
  });
});

it('divides nothing by nothing', () => {
  const view = statsView(someStatistics(), []);
  expect(v.is(getCacheStats.reply, { success: true, data: view })).toBe(true);
  expect(view).toMatchObject({ requests: 0, hit_rate: 0, stale_rate: 0, recommendations: [] });
  expect(view.spotify.avg_computation_ms).toBe(0);
});
