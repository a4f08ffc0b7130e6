import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Found, Resolver } from './resolve.ts';

export interface TableSpec {
  readonly name: string;
  readonly create: CreateTableCommandInput;
  readonly ttlAttribute: string | undefined;
}

interface Index {
  IndexName: string;
  KeySchema: unknown;
  Projection: unknown;
}

/**
 * The tables with their indexes, as on-demand tables of one region. Recovery, encryption, tags and deletion protection
 * are settings of the real service that change nothing of what can be read and written, and are left out.
 */
export function readTables(resolver: Resolver): TableSpec[] {
  return [...resolver.all('AWS::DynamoDB::GlobalTable'), ...resolver.all('AWS::DynamoDB::Table')].map(
    readTable,
  );
}

function readTable(table: Found): TableSpec {
  const indexes = (property: string) =>
    ((table.property(property) ?? []) as Index[]).map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }));
  const globalIndexes = indexes('GlobalSecondaryIndexes');
  const localIndexes = indexes('LocalSecondaryIndexes');
  const ttl = table.property('TimeToLiveSpecification') as
    | { AttributeName: string; Enabled: boolean }
    | undefined;
  return {
    name: table.ref,
    create: {
      TableName: table.ref,
      AttributeDefinitions: table.property('AttributeDefinitions'),
      KeySchema: table.property('KeySchema'),
      BillingMode: 'PAY_PER_REQUEST',
      ...(globalIndexes.length > 0 ? { GlobalSecondaryIndexes: globalIndexes } : {}),
      ...(localIndexes.length > 0 ? { LocalSecondaryIndexes: localIndexes } : {}),
    } as CreateTableCommandInput,
    ttlAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
  };
}
