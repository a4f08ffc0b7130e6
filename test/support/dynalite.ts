import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startEmbeddedDynamodb } from '../../infra/local/dynamodb/embedded.ts';

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const hashKey = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
const rangeKey = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });

/** The tables of the data stack, with their keys alone. */
export const TABLES = { cache: 'cache', account: 'account', statistics: 'statistics' } as const;

const withSortKey = (TableName: string): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [text('pk'), text('sk')],
  KeySchema: [hashKey('pk'), rangeKey('sk')],
});

const CACHE_TABLE: CreateTableCommandInput = {
  TableName: TABLES.cache,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [text('pk'), text('expiryHour'), { AttributeName: 'expiresAt', AttributeType: 'N' }],
  KeySchema: [hashKey('pk')],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byExpiryHour',
      KeySchema: [hashKey('expiryHour'), rangeKey('expiresAt')],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

export interface TestDynamoDb {
  /** Such as `http://127.0.0.1:41234`. */
  endpoint: string;
  db: DynamoDBDocumentClient;
  close(): Promise<void>;
}

/** An embedded DynamoDB on a free port, in memory, with the service's tables. Started once a file: users keep apart. */
export async function startDynamoDb(): Promise<TestDynamoDb> {
  const server = await startEmbeddedDynamodb(0, undefined);
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  for (const table of [CACHE_TABLE, withSortKey(TABLES.account), withSortKey(TABLES.statistics)]) {
    await client.send(new CreateTableCommand(table));
  }
  return {
    endpoint: server.url,
    db: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async close() {
      client.destroy();
      await server.close();
    },
  };
}
