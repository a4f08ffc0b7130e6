import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createArtistsCache } from './cache/artists-cache.ts';
import { createBanStore } from './cache/ban-store.ts';
import type { ComputationDeps } from './cache/computation.ts';
import { createComputationStore } from './cache/computation-store.ts';
import { createCountEntries } from './cache/count-entries.ts';
import type { Windows } from './cache/entry.ts';
import { createHourlySweep, createSweep } from './cache/sweep-expired.ts';
import { systemClock } from './clock.ts';
import { requiredEnv, requiredSeconds, secondsOrNone } from './env.ts';
import { createReadMetrics } from './metrics/read-metrics.ts';
import { createObserver, createPublishMetrics } from './metrics/request-metrics.ts';
import { forgetList } from './platforms/connecting.ts';
import { SPOTIFY_PLATFORM } from './spotify-platform.ts';
import { createReadStatistics } from './statistics/read-statistics.ts';
import { createDocumentClient } from './storage/document-client.ts';

/*
 * What the functions of a deployment are made of, by their environment variables. A bundle holds what its function uses
 * of this file, and nothing of the rest. What needs Spotify is in spotify-deployment.ts, so that a hit does not load it.
 */

/** One client an instance: its connections are kept alive between invocations. */
const db = createDocumentClient();

export const cacheTable = () => ({ db, table: requiredEnv('CACHE_TABLE') });
export const accountTable = () => ({ db, table: requiredEnv('ACCOUNT_TABLE') });

/** How long lists are fresh, and how long they are kept. */
export const windowsFromEnv = (): Windows => ({
  freshMs: requiredSeconds('FRESH_SECONDS') * 1000,
  keepMs: requiredSeconds('KEEP_SECONDS') * 1000,
});

export const cacheFromEnv = () => createArtistsCache({ ...cacheTable(), windows: windowsFromEnv() });

/** What a function needs that may compute a list, but for who hears of a request. */
export const computationDepsFromEnv = (): Omit<ComputationDeps, 'observe'> => ({
  cache: cacheFromEnv(),
  computations: createComputationStore(cacheTable()),
  bans: createBanStore(cacheTable()),
  platform: SPOTIFY_PLATFORM,
  clock: systemClock,
  retryMs: requiredSeconds('RETRY_SECONDS') * 1000,
});

/** Deletes a user's list, and makes void every computation of it that is under way. */
export function forgetListFromEnv(): (userId: string) => Promise<void> {
  const deps = {
    cache: cacheFromEnv(),
    computations: createComputationStore(cacheTable()),
    clock: systemClock,
  };
  return (userId) => forgetList(deps, userId);
}

const publishMetricsFromEnv = () => createPublishMetrics({ stage: requiredEnv('STAGE') });

/** Watches the requests of this instance: to be created once in it. */
export const observerFromEnv = () =>
  createObserver({ publishMetrics: publishMetricsFromEnv(), clock: systemClock });

const countEntriesFromEnv = () => createCountEntries({ ...cacheTable(), windows: windowsFromEnv() });

export const sweepFromEnv = () =>
  createHourlySweep({
    sweepExpired: createSweep(cacheTable()),
    countEntries: countEntriesFromEnv(),
    publishMetrics: publishMetricsFromEnv(),
    clock: systemClock,
  });

/** As of all that a request waits for: the caller learns of an outage within about 7 s. */
const REQUEST_LIMITS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

/** Reads the statistics of this deployment: to be created once in an instance, which keeps a reading for a while. */
export const readStatisticsFromEnv = () =>
  createReadStatistics({
    readMetrics: createReadMetrics({
      client: new CloudWatchClient({ maxAttempts: 3, requestHandler: REQUEST_LIMITS }),
      namespace: requiredEnv('POWERTOOLS_METRICS_NAMESPACE'),
      service: requiredEnv('POWERTOOLS_SERVICE_NAME'),
      stage: requiredEnv('STAGE'),
    }),
    countEntries: countEntriesFromEnv(),
    delayMs: secondsOrNone('METRICS_DELAY_SECONDS') * 1000,
  });
