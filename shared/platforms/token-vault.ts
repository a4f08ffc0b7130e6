import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { InternalError } from '../errors.ts';
import { asStorageError } from '../storage/document-client.ts';

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

/** What KMS binds a data key to, and writes into its audit log. */
export type EncryptionContext = Readonly<Record<'userId' | 'platform', string>>;

export interface DataKey {
  /** 32 bytes, for memory only. */
  plain: Uint8Array;
  /** The same key as only KMS can open it: may be stored. */
  sealed: Uint8Array;
}

const REQUEST_LIMITS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

export type DataKeys = ReturnType<typeof createDataKeys>;

/**
 * Data keys from KMS. The SDK's client is loaded on the first need: a request that is served from the cache never
 * pays for it.
 *
 * @throws StorageUnavailable when KMS does not answer; InternalError when a sealed key does not belong to the context.
 */
export function createDataKeys({ keyId }: { keyId: string }) {
  let client: KMSClient | undefined;

  async function load() {
    const kms = await import('@aws-sdk/client-kms');
    client ??= new kms.KMSClient({ maxAttempts: 3, requestHandler: REQUEST_LIMITS });
    return { ...kms, client };
  }

  return {
    async generate(context: EncryptionContext): Promise<DataKey> {
      const kms = await load();
      const command = new kms.GenerateDataKeyCommand({
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: context,
      });
      const { Plaintext, CiphertextBlob } = await kms.client.send(command).catch(rethrow);
      if (!Plaintext || !CiphertextBlob) throw new InternalError('KMS gave no data key');
      return { plain: Plaintext, sealed: CiphertextBlob };
    },

    async open(sealed: Uint8Array, context: EncryptionContext): Promise<DataKey> {
      const kms = await load();
      const command = new kms.DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: sealed,
        EncryptionContext: context,
      });
      const { Plaintext } = await kms.client.send(command).catch(rethrow);
      if (!Plaintext) throw new InternalError('KMS opened no data key');
      return { plain: Plaintext, sealed };
    },
  };
}

/** Wrong contexts, keys and ciphertexts are no outage: waiting mends nothing, an operator must look. */
const NOT_OURS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

function rethrow(error: unknown): never {
  if (error instanceof Error && NOT_OURS.has(error.name)) {
    throw new InternalError('a sealed data key does not belong to its user', { cause: error });
  }
  throw asStorageError(error, 'KMS');
}
