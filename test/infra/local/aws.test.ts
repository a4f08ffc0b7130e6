import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { fixtureApp } from '../../support/fixture-app.ts';

const CODE = `exports.handler = async (event) => {
  console.log('got', JSON.stringify(event));
  if (event.fail) throw new Error('failed');
  return { got: event };
};`;
const CONTEXT = { userId: 'alice', platform: 'spotify' };

let stack: LocalStack;
let kms: KMSClient;
let secrets: SecretsManagerClient;
let lambda: LambdaClient;
let keyId: string;

beforeAll(async () => {
  stack = await startLocalStack({
    synthesize: fixtureApp({ echo: { code: CODE } }),
    asyncRetryDelaysMs: [0, 0],
  });
  const config = {
    endpoint: stack.awsUrl,
    region: 'us-east-1',
    credentials: stack.credentials,
    maxAttempts: 1,
  };
  kms = new KMSClient(config);
  secrets = new SecretsManagerClient(config);
  lambda = new LambdaClient(config);
  keyId = stack.model.keys[0]?.arn ?? '';
});
afterAll(async () => {
  for (const client of [kms, secrets, lambda]) client?.destroy();
  await stack?.close();
});

describe('KMS', () => {
  const encrypt = async (text: string, context = CONTEXT, KeyId = keyId) =>
    (await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(text), EncryptionContext: context })))
      .CiphertextBlob;
  const decrypt = (
    CiphertextBlob: Uint8Array | undefined,
    EncryptionContext?: Record<string, string>,
    KeyId?: string,
  ) => kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));

  it('decrypts what it encrypted, whatever the order of the context', async () => {
    const { Plaintext, KeyId } = await decrypt(await encrypt('données'), {
      platform: 'spotify',
      userId: 'alice',
    });
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('données');
    expect(KeyId).toBe(keyId);
  });

  it('gives data keys: in clear and encrypted', async () => {
    const command = new GenerateDataKeyCommand({
      KeyId: keyId,
      KeySpec: 'AES_256',
      EncryptionContext: CONTEXT,
    });
    const { Plaintext, CiphertextBlob } = await kms.send(command);
    expect(Plaintext).toHaveLength(32);
    expect((await decrypt(CiphertextBlob, CONTEXT, keyId)).Plaintext).toEqual(Plaintext);
  });

  it('knows keys by id, ARN and alias', async () => {
    for (const id of [
      keyId.split('/')[1],
      keyId,
      'alias/fixture',
      `${keyId.replace(/key.*/, '')}alias/fixture`,
    ]) {
      expect((await decrypt(await encrypt('x', CONTEXT, id), CONTEXT)).KeyId).toBe(keyId);
    }
  });

  it.each([
    ['another user', { userId: 'mallory', platform: 'spotify' }],
    ['a part of the context', { userId: 'alice' }],
    ['no context', undefined],
  ])('does not decrypt for %s', async (_title, context) => {
    await expect(decrypt(await encrypt('x'), context)).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidCiphertextException' }),
    );
  });

  it('does not decrypt what was changed, cut off or never encrypted', async () => {
    const blob = Buffer.from((await encrypt('secret')) ?? []);
    const changed = Buffer.from(blob);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    for (const bad of [changed, blob.subarray(0, 40), Buffer.from('nonsense')]) {
      await expect(decrypt(bad, CONTEXT)).rejects.toThrow(
        expect.objectContaining({ name: 'InvalidCiphertextException' }),
      );
    }
  });

  it('tells the wrong key from an unknown one', async () => {
    const other = stack.model.keys[1]?.arn;
    const blob = await encrypt('x');
    await expect(decrypt(blob, CONTEXT, other)).rejects.toThrow(
      expect.objectContaining({ name: 'IncorrectKeyException' }),
    );
    await expect(encrypt('x', CONTEXT, 'alias/unknown')).rejects.toThrow(
      expect.objectContaining({ name: 'NotFoundException' }),
    );
  });

  it('encrypts 4 KB and not more', async () => {
    await expect(encrypt('x'.repeat(4097))).rejects.toThrow(
      expect.objectContaining({ name: 'ValidationException' }),
    );
    expect(await encrypt('x'.repeat(4096))).toBeDefined();
  });
});

describe('Secrets Manager', () => {
  it('gives the client of the Spotify stand-in by name and ARN', async () => {
    for (const SecretId of ['fixture-secret', stack.model.secrets[0]?.arn]) {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
      expect(JSON.parse(SecretString ?? '')).toEqual({
        client_secret: expect.stringMatching(/./),
      });
    }
  });

  it('does not know other secrets', async () => {
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'other' }))).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
  });
});

describe('Lambda', () => {
  const invoke = (
    event: unknown,
    InvocationType?: 'Event' | 'RequestResponse' | 'DryRun',
    FunctionName = 'fixture-echo',
  ) => lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), InvocationType }));

  it('answers the result of a function', async () => {
    const reply = await invoke({ a: 1 });
    expect([reply.StatusCode, reply.FunctionError]).toEqual([200, undefined]);
    expect(JSON.parse(reply.Payload?.transformToString() ?? '')).toEqual({ got: { a: 1 } });
  });

  it('marks the error of a function', async () => {
    const reply = await invoke({ fail: true });
    expect([reply.StatusCode, reply.FunctionError]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(reply.Payload?.transformToString() ?? '')).toMatchObject({ errorMessage: 'failed' });
  });

  it('accepts an event, runs it by itself, and three times in all when it fails', async () => {
    expect((await invoke({ fail: true, id: 'later' }, 'Event')).StatusCode).toBe(202);
    const attempts = async () =>
      (await stack.lambda.logs('fixture-echo')).filter((line) => line.includes('"later"'));
    await expect.poll(async () => (await attempts()).length).toBe(3);
  });

  it('says what is not there and what is too large', async () => {
    await expect(invoke({}, 'Event', 'unknown')).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
    await expect(invoke('x'.repeat(1024 * 1024), 'Event')).rejects.toThrow(
      expect.objectContaining({ name: 'RequestTooLargeException' }),
    );
    expect((await invoke({}, 'DryRun')).StatusCode).toBe(204);
  });
});
