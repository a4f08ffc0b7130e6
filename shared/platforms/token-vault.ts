import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { InternalError } from '../errors.ts';
import type { DataKey, DataKeys } from './data-keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals and opens the refresh tokens of one connection, in memory: no call stands between a token and its storage. */
export interface TokenKey {
  /** The data key as it is stored beside the tokens. */
  sealed: Uint8Array;
  /** Nonce, ciphertext and tag. */
  seal(token: string): Uint8Array;
  /** @throws InternalError when it was sealed for another user or platform, or damaged. */
  open(sealedToken: Uint8Array): string;
}

export type TokenVault = ReturnType<typeof createTokenVault>;

/**
 * Envelope encryption of refresh tokens: a data key for each connection, itself sealed by KMS under the encryption
 * context `{userId, platform}`; AES-256-GCM with user and platform as additional data. An item copied to another user
 * opens neither the one nor the other.
 */
export function createTokenVault({ dataKeys, platform }: { dataKeys: DataKeys; platform: string }) {
  const tokenKey = (userId: string, { plain, sealed }: DataKey): TokenKey => {
    // JSON keeps the two apart, whatever characters they hold.
    const boundTo = Buffer.from(JSON.stringify([platform, userId]));
    return {
      sealed,
      seal: (token) => seal(plain, token, boundTo),
      open: (sealedToken) => open(plain, sealedToken, boundTo),
    };
  };

  return {
    /** A key for a new connection: one call of KMS. */
    newKey: async (userId: string): Promise<TokenKey> =>
      tokenKey(userId, await dataKeys.generate({ userId, platform })),

    /** The key of a stored connection: one call of KMS. */
    openKey: async (userId: string, sealed: Uint8Array): Promise<TokenKey> =>
      tokenKey(userId, await dataKeys.open(sealed, { userId, platform })),
  };
}

function seal(key: Uint8Array, token: string, boundTo: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo);
  return Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, sealed: Uint8Array, boundTo: Uint8Array): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    }).setAAD(boundTo);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (error) {
    throw new InternalError('a stored token cannot be opened', { cause: error });
  }
}
