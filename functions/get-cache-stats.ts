import { systemClock } from '../shared/clock.ts';
import { getCacheStats } from '../shared/contract/routes.ts';
import { readStatisticsFromEnv } from '../shared/deployment.ts';
import { api } from '../shared/http/api.ts';
import { statsView } from '../shared/statistics/read-statistics.ts';
import { recommend } from '../shared/statistics/recommendations.ts';

const readStatistics = readStatisticsFromEnv();

/** How the cache does, over the whole fleet. */
export const handler = api(getCacheStats, async ({ query, locale }) => {
  const statistics = await readStatistics(query.window, systemClock.nowMs());
  return statsView(statistics, recommend(statistics, locale));
});
