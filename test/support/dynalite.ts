import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startEmbeddedDynamodb } from '../../infra/local/dynamodb/embedded.ts';
import { EXPIRY_INDEX, EXPIRY_INDEX_ATTRIBUTES } from '../../shared/cache/keys.ts';

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const hashKey = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const rangeKey = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });

/** The tables of the data stack, with their keys and indexes alone. */
export const TABLES = { cache: 'cache', account: 'account' } as const;

const withSortKey = (TableName: string): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [text('pk'), text('sk')],
  KeySchema: [hashKey('pk'), rangeKey('sk')],
});

const CACHE_TABLE: Omit<CreateTableCommandInput, 'TableName'> = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [text('pk'), text('expiryHour'), { AttributeName: 'expiresAt', AttributeType: 'N' }],
  KeySchema: [hashKey('pk')],
  GlobalSecondaryIndexes: [
    {
      IndexName: EXPIRY_INDEX,
      KeySchema: [hashKey('expiryHour'), rangeKey('expiresAt')],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...EXPIRY_INDEX_ATTRIBUTES] },
    },
  ],
};

export interface TestDynamoDb {
  /** Such as `http://127.0.0.1:41234`. */
  endpoint: string;
  db: DynamoDBDocumentClient;
  tables: Record<keyof typeof TABLES, string>;
  close(): Promise<void>;
}

/** An embedded DynamoDB on a free port, in memory, with the service's tables. Started once a file: users keep apart. */
export async function startDynamoDb(): Promise<TestDynamoDb> {
  const server = await startEmbeddedDynamodb(0, undefined);
  const { client, db } = connect(server.url);
  await createTables(client, TABLES);
  return {
    endpoint: server.url,
    db,
    tables: TABLES,
    async close() {
      client.destroy();
      await server.close();
    },
  };
}

/** Tables of our own in the DynamoDB that runs at `endpoint`. */
export async function borrowDynamoDb(endpoint: string): Promise<TestDynamoDb> {
  const { client, db } = connect(endpoint);
  const ours = (name: string) => `${name}-${randomBytes(6).toString('hex')}`;
  const tables = {
    cache: ours(TABLES.cache),
    account: ours(TABLES.account),
  };
  await createTables(client, tables);
  return {
    endpoint,
    db,
    tables,
    async close() {
      for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
  };
}

function connect(endpoint: string) {
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    client,
    db: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  };
}

async function createTables(client: DynamoDBClient, tables: TestDynamoDb['tables']): Promise<void> {
  const inputs = [{ ...CACHE_TABLE, TableName: tables.cache }, withSortKey(tables.account)];
  for (const input of inputs) {
    await client.send(new CreateTableCommand(input));
    const seconds = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 30 };
    await waitUntilTableExists(seconds, { TableName: input.TableName });
  }
}
