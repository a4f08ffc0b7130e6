import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { StartProblem } from '../problem.ts';
import type { TableSpec } from '../template/tables.ts';

/**
 * Creates the tables that do not exist yet; those that do are kept, with what they hold.
 *
 * @throws StartProblem when a table of another shape stands there
 */
export async function createTables(client: DynamoDBClient, tables: readonly TableSpec[]): Promise<void> {
  for (const table of tables) {
    const existing = await describe(client, table.name);
    if (existing) {
      requireShape(existing, table);
      continue;
    }
    await client.send(new CreateTableCommand(table.create));
    await untilActive(client, table.name);
    await switchTtlOn(client, table);
  }
}

/** The embedded DynamoDB has no deletion by TTL: then expired items stay, which DynamoDB allows itself for days too. */
async function switchTtlOn(client: DynamoDBClient, { name, ttlAttribute }: TableSpec): Promise<void> {
  if (ttlAttribute === undefined) return;
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  } catch (error) {
    if ((error as Error).name !== 'UnknownOperationException') throw error;
  }
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const ACTIVE_ATTEMPTS = 100;
const ACTIVE_WAIT_MS = 20;

async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (let attempt = 0; attempt < ACTIVE_ATTEMPTS; attempt++) {
    if ((await describe(client, name))?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, ACTIVE_WAIT_MS));
  }
  throw new Error(`table ${name} does not become active`);
}

type Shape = Pick<TableDescription, 'KeySchema' | 'GlobalSecondaryIndexes'>;

function requireShape(existing: TableDescription, { name, create }: TableSpec): void {
  if (shapeOf(existing) === shapeOf(create as Shape)) return;
  throw new StartProblem(
    `table ${name} was created by another version and has other keys: delete .local/dynamodb, or use --memory`,
  );
}

function shapeOf({ KeySchema, GlobalSecondaryIndexes }: Shape): string {
  const keys = (schema: Shape['KeySchema']) => schema?.map((key) => `${key.KeyType} ${key.AttributeName}`);
  const indexes = (GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, keys(index.KeySchema)]);
  return JSON.stringify([keys(KeySchema), indexes.sort()]);
}
