import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AwsError } from './aws-error.ts';

type Context = Readonly<Record<string, string>>;

interface Input {
  KeyId?: string;
  EncryptionContext?: Context;
  Plaintext?: string;
  CiphertextBlob?: string;
  KeySpec?: string;
  NumberOfBytes?: number;
}

interface KmsOptions {
  readonly keys: readonly { readonly id: string; readonly arn: string }[];
  readonly aliases: readonly { readonly name: string; readonly target: string }[];
  /** 32 bytes, base64. */
  readonly master: string;
}

const PLAINTEXT_LIMIT_BYTES = 4096;
const VERSION = 1;
const ID_BYTES = 36;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD_BYTES = 1 + ID_BYTES + IV_BYTES + TAG_BYTES;

/**
 * KMS for symmetric keys: GenerateDataKey, Encrypt, Decrypt. AES-256-GCM as there, with the encryption context as
 * additional authenticated data, so that another context or key does not decrypt here either.
 */
export function createKms({ keys, aliases, master }: KmsOptions) {
  function keyOf(keyId: string | undefined): { id: string; arn: string } {
    if (!keyId) throw new AwsError('ValidationException', 'KeyId is missing');
    const aliasName = /(?:^|:)(alias\/.+)$/.exec(keyId)?.[1];
    const wanted = aliasName ? aliases.find(({ name }) => name === aliasName)?.target : keyId;
    const key = keys.find(({ id, arn }) => id === wanted || arn === wanted);
    if (key) return key;
    throw new AwsError('NotFoundException', `${aliasName ? 'Alias' : 'Key'} '${keyId}' does not exist`);
  }

  function secretOf(id: string): Buffer {
    return Buffer.from(hkdfSync('sha256', Buffer.from(master, 'base64'), id, 'kms', 32));
  }

  function seal(id: string, plaintext: Buffer, context: Context | undefined): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', secretOf(id), iv).setAAD(associatedData(id, context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), Buffer.from(id), iv, cipher.getAuthTag(), sealed]).toString(
      'base64',
    );
  }

  function open(id: string, blob: Buffer, context: Context | undefined): Buffer {
    const iv = blob.subarray(1 + ID_BYTES, 1 + ID_BYTES + IV_BYTES);
    const tag = blob.subarray(OVERHEAD_BYTES - TAG_BYTES, OVERHEAD_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', secretOf(id), iv)
        .setAAD(associatedData(id, context))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(blob.subarray(OVERHEAD_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new AwsError('InvalidCiphertextException', '', { cause });
    }
  }

  return {
    GenerateDataKey(input: Input) {
      const { id, arn } = keyOf(input.KeyId);
      const plaintext = randomBytes(dataKeyBytes(input));
      return {
        CiphertextBlob: seal(id, plaintext, input.EncryptionContext),
        Plaintext: plaintext.toString('base64'),
        KeyId: arn,
      };
    },
    Encrypt(input: Input) {
      const { id, arn } = keyOf(input.KeyId);
      const plaintext = Buffer.from(input.Plaintext ?? '', 'base64');
      if (plaintext.length < 1 || plaintext.length > PLAINTEXT_LIMIT_BYTES) {
        throw new AwsError('ValidationException', `plaintext must be 1 to ${PLAINTEXT_LIMIT_BYTES} bytes`);
      }
      const blob = seal(id, plaintext, input.EncryptionContext);
      return { CiphertextBlob: blob, KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
    Decrypt(input: Input) {
      const blob = Buffer.from(input.CiphertextBlob ?? '', 'base64');
      const id = blob.subarray(1, 1 + ID_BYTES).toString('utf8');
      const key = keys.find((known) => known.id === id);
      if (blob[0] !== VERSION || blob.length < OVERHEAD_BYTES || !key) {
        throw new AwsError('InvalidCiphertextException', '');
      }
      if (input.KeyId && keyOf(input.KeyId).id !== id) {
        const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
        throw new AwsError('IncorrectKeyException', message);
      }
      const plaintext = open(id, blob, input.EncryptionContext).toString('base64');
      return { Plaintext: plaintext, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  };
}

function dataKeyBytes({ KeySpec: spec, NumberOfBytes: bytes }: Input): number {
  if (spec === 'AES_256' && bytes === undefined) return 32;
  if (spec === 'AES_128' && bytes === undefined) return 16;
  if (spec === undefined && bytes && bytes >= 1 && bytes <= 1024) return bytes;
  throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.');
}

/** The order in which the context is written does not matter. */
function associatedData(id: string, context: Context = {}): Buffer {
  const sorted = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([id, sorted]));
}
