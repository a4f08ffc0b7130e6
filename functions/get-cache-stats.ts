import { systemClock } from '../shared/clock.ts';
import { getCacheStats } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { readStatisticsFromEnv } from '../shared/statistics/environment.ts';
import { statsView } from '../shared/statistics/stats-view.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const readStatistics = readStatisticsFromEnv(createDocumentClient());

/** How the cache does, over the whole fleet. */
export const handler = api(getCacheStats, async ({ query, locale }) =>
  statsView(await readStatistics(query.window, systemClock.nowMs()), locale),
);
