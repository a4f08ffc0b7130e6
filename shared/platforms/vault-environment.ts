import { requiredEnv } from '../env.ts';
import { createDataKeys } from './data-keys.ts';
import { SPOTIFY } from './platform.ts';
import { createTokenVault } from './token-vault.ts';

/** Seals with this deployment's key. Calls KMS only when it is used. */
export const vaultFromEnv = () =>
  createTokenVault({ dataKeys: createDataKeys({ keyId: requiredEnv('TOKEN_KEY_ID') }), platform: SPOTIFY });
