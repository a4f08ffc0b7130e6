import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requiredEnv } from '../env.ts';
import { createConnectionStore } from './connection-store.ts';
import { createOAuthStateStore } from './oauth-state-store.ts';

/** The connections of this deployment. */
export const connectionsFromEnv = (db: DynamoDBDocumentClient) =>
  createConnectionStore({ db, table: requiredEnv('ACCOUNT_TABLE') });

/** The OAuth states of this deployment. */
export const oauthStatesFromEnv = (db: DynamoDBDocumentClient) =>
  createOAuthStateStore({ db, table: requiredEnv('ACCOUNT_TABLE') });
