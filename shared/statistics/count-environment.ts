import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createCountEntries } from '../cache/count-entries.ts';
import { windowsFromEnv } from '../cache/environment.ts';
import { requiredEnv } from '../env.ts';

/** Counts the lists of this deployment. The sweep counts as well, and bundles nothing of CloudWatch for it. */
export const countEntriesFromEnv = (db: DynamoDBDocumentClient) =>
  createCountEntries({ db, table: requiredEnv('CACHE_TABLE'), windows: windowsFromEnv() });
