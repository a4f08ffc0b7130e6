import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { borrowDynamoDb } from '../support/dynalite.ts';
import type { Metered } from './dynamodb-process.ts';

const FLOOR_BYTES = 1_000;

export type BenchDynamoDb = Awaited<ReturnType<typeof startDynamoDb>>;

/** A DynamoDB in another process, with tables for everybody. `environment` is what processes that measure are given. */
export async function startDynamoDb() {
  const child = fork(new URL('./dynamodb-process.ts', import.meta.url));
  const [{ url, meterUrl }] = (await once(child, 'message')) as [{ url: string; meterUrl: string }];
  Object.assign(process.env, credentials);
  const borrowed = await borrowDynamoDb(url);
  const client = new DynamoDBClient({ endpoint: url });
  const [bento, keyv] = [await createTable(client, 'key'), await createTable(client, 'id')];
  const CACHE_TABLE = borrowed.tables.cache;
  // A strongly consistent read of the item reads 1 KB, name and key included.
  const Item = { pk: { S: 'floor' }, data: { B: randomBytes(FLOOR_BYTES) } };
  await client.send(new PutItemCommand({ TableName: CACHE_TABLE, Item }));

  return {
    url,
    meterUrl,
    environment: {
      ...credentials,
      ...functionVariables,
      CACHE_TABLE,
      ACCOUNT_TABLE: borrowed.tables.account,
      BENTO_TABLE: bento,
      KEYV_TABLE: keyv,
    },
    /** What requests through the meter cost since the last call. */
    async take(): Promise<Metered> {
      child.send('take');
      return (await once(child, 'message'))[0];
    },
    async close() {
      for (const TableName of [bento, keyv]) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      await borrowed.close();
      child.disconnect();
    },
  };
}

/** What is sent is never checked: it is the environment of a function that needs them. */
const credentials = {
  AWS_REGION: 'eu-west-3',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_SESSION_TOKEN: 'bench',
};

/** What a deployment tells its functions. */
export const functionVariables = {
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  FRESH_SECONDS: '10800',
  KEEP_SECONDS: '21600',
  METRICS_DELAY_SECONDS: '60',
  RETRY_SECONDS: '30',
  REFRESH_FUNCTION: 'refresh',
  STAGE: 'bench',
  TOKEN_KEY_ID: 'key',
  SPOTIFY_CLIENT_ID: 'client',
  SPOTIFY_SECRET_ID: 'secret',
  SPOTIFY_REDIRECT_URI: 'http://127.0.0.1/callback',
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Bench',
};

async function createTable(client: DynamoDBClient, key: string): Promise<string> {
  const TableName = `bench-${key}-${randomBytes(6).toString('hex')}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
  return TableName;
}
