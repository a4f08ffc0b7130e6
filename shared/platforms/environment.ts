import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requiredEnv } from '../env.ts';
import { createConnectionStore } from './connection-store.ts';
import { createDataKeys } from './data-keys.ts';
import { createOAuthStateStore } from './oauth-state-store.ts';
import { SPOTIFY } from './platform.ts';
import { createTokenVault } from './token-vault.ts';

/** The connections of this deployment. */
export const connectionsFromEnv = (db: DynamoDBDocumentClient) =>
  createConnectionStore({ db, table: requiredEnv('ACCOUNT_TABLE') });

/** The OAuth states of this deployment. */
export const oauthStatesFromEnv = (db: DynamoDBDocumentClient) =>
  createOAuthStateStore({ db, table: requiredEnv('ACCOUNT_TABLE') });

/** Seals with this deployment's key. Calls KMS only when it is used. */
export const vaultFromEnv = () =>
  createTokenVault({ dataKeys: createDataKeys({ keyId: requiredEnv('TOKEN_KEY_ID') }), platform: SPOTIFY });
