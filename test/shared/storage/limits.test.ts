import { afterEach, beforeEach, expect, test, vi } from 'vitest';

interface Limits {
  maxAttempts?: number;
  requestHandler?: { connectionTimeout?: number; requestTimeout?: number; throwOnRequestTimeout?: boolean };
}

const created = new Map<string, Limits>();

/** The client of the SDK, which tells with what limits it was made, and never gets an answer. */
const watched = (path: string, name: string) => async () => {
  const sdk = (await vi.importActual(path)) as Record<string, new (limits: object) => object>;
  const Client = sdk[name] as new (limits: object) => object;
  class Watched extends Client {
    constructor(limits: object) {
      super(limits);
      created.set(name, limits as Limits);
      Object.assign(this, { send: () => Promise.reject(new Error('no answer')) });
    }
  }
  return { ...sdk, [name]: Watched };
};

const SDK = {
  '@aws-sdk/client-dynamodb': 'DynamoDBClient',
  '@aws-sdk/client-kms': 'KMSClient',
  '@aws-sdk/client-secrets-manager': 'SecretsManagerClient',
  '@aws-sdk/client-lambda': 'LambdaClient',
  '@aws-sdk/client-cloudwatch': 'CloudWatchClient',
};

beforeEach(() => {
  // Modules that another test has loaded have the true clients.
  vi.resetModules();
  for (const [path, name] of Object.entries(SDK)) vi.doMock(path, watched(path, name));
  const variables = [
    'CACHE_TABLE',
    'REFRESH_FUNCTION',
    'STAGE',
    'POWERTOOLS_METRICS_NAMESPACE',
    'POWERTOOLS_SERVICE_NAME',
  ];
  for (const name of variables) vi.stubEnv(name, 'test');
  for (const name of ['FRESH_SECONDS', 'KEEP_SECONDS', 'METRICS_DELAY_SECONDS']) vi.stubEnv(name, '60');
  vi.stubEnv('AWS_REGION', 'eu-west-3');
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const path of Object.keys(SDK)) vi.doUnmock(path);
  vi.resetModules();
});

const ignore = () => undefined;

test('no call of AWS keeps a request waiting: each has two seconds, and three tries at the most', async () => {
  const { createDocumentClient } = await import('../../../shared/storage/document-client.ts');
  const { createDataKeys } = await import('../../../shared/platforms/token-vault.ts');
  const { createClientCredentials } = await import('../../../shared/spotify/client-credentials.ts');
  const { systemClock } = await import('../../../shared/clock.ts');
  const { handOff } = await import('../../../shared/cache/hand-off.ts');
  const { readStatisticsFromEnv } = await import('../../../shared/deployment.ts');
  createDocumentClient();
  await createDataKeys({ keyId: 'key' }).generate({ userId: 'ann', platform: 'spotify' }).catch(ignore);
  const secret = { clientId: 'us', secretId: 'secret', clock: systemClock };
  await createClientCredentials(secret).read().catch(ignore);
  await handOff({ userId: 'ann', token: 'mine', fence: 'f' }).catch(ignore);
  readStatisticsFromEnv();

  expect([...created.keys()].toSorted()).toEqual([
    'CloudWatchClient',
    'DynamoDBClient',
    'KMSClient',
    'LambdaClient',
    'SecretsManagerClient',
  ]);
  for (const [name, { maxAttempts, requestHandler }] of created) {
    expect(maxAttempts, name).toBeLessThanOrEqual(3);
    expect(requestHandler, name).toEqual({
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      throwOnRequestTimeout: true,
    });
  }
});
