import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requiredEnv } from '../env.ts';
import { createSelectionStore } from './selection-store.ts';

/** The selections of this deployment. Apart, so that whoever toggles one does not load what computes a list. */
export const selectionsFromEnv = (db: DynamoDBDocumentClient) =>
  createSelectionStore({ db, table: requiredEnv('ACCOUNT_TABLE') });
