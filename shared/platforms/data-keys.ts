import type { KMSClient } from '@aws-sdk/client-kms';
import { InternalError } from '../errors.ts';
import { asStorageError } from '../storage/document-client.ts';

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

/** Wrong contexts, keys and ciphertexts are no outage: waiting mends nothing, somebody must look. */
const NOT_OURS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

function rethrow(error: unknown): never {
  if (error instanceof Error && NOT_OURS.has(error.name)) {
    throw new InternalError('a sealed data key does not belong to its user', { cause: error });
  }
  throw asStorageError(error, 'KMS');
}
