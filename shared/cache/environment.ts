import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requiredEnv, requiredSeconds } from '../env.ts';
import { createArtistsCache } from './artists-cache.ts';
import { createBanStore } from './ban-store.ts';
import { createComputationStore } from './computation-store.ts';
import type { Windows } from './freshness.ts';

/** The windows of this deployment (`FRESH_SECONDS`, `KEEP_SECONDS`). */
export const windowsFromEnv = (): Windows => ({
  freshMs: requiredSeconds('FRESH_SECONDS') * 1000,
  keepMs: requiredSeconds('KEEP_SECONDS') * 1000,
});

/** The cache of this deployment. */
export const cacheFromEnv = (db: DynamoDBDocumentClient) =>
  createArtistsCache({ db, table: requiredEnv('CACHE_TABLE'), windows: windowsFromEnv() });

/** What Spotify forbids this deployment. */
export const bansFromEnv = (db: DynamoDBDocumentClient) =>
  createBanStore({ db, table: requiredEnv('CACHE_TABLE') });

/** Leases and back-offs of this deployment. */
export const computationsFromEnv = (db: DynamoDBDocumentClient) =>
  createComputationStore({ db, table: requiredEnv('CACHE_TABLE') });
