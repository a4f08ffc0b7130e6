import { ACCOUNT_ID, REGION } from '../template/resources.ts';
import type { TableSpec } from '../template/tables.ts';
import { LEADING_KEYS } from './grants.ts';
import type { AccessRequest } from './policy.ts';

/** An attribute value as it stands on the wire, such as `{ "S": "user:alice" }`. */
type Wire = Readonly<Record<string, string>>;
type Item = Readonly<Record<string, Wire>>;

interface Body {
  TableName?: string;
  IndexName?: string;
  Key?: Item;
  Item?: Item;
  KeyConditionExpression?: string;
  ExpressionAttributeNames?: Readonly<Record<string, string>>;
  ExpressionAttributeValues?: Item;
  RequestItems?: Readonly<Record<string, unknown>>;
}

/**
 * What a call of DynamoDB asks IAM for. Operations that the local stack does not know in detail ask without leading
 * keys, or for `*`: no policy of this service allows that.
 */
export function dynamodbAccess(
  operation: string,
  body: unknown,
  tables: readonly TableSpec[],
): AccessRequest[] {
  const input = body as Body;
  const action = `dynamodb:${operation}`;
  if (input.RequestItems) {
    return Object.entries(input.RequestItems).map(([name, items]) =>
      request(action, tableArn(name), batchKeys(items, partitionKeyOf(tables, name))),
    );
  }
  if (!input.TableName) return [request(action, '*', undefined)];
  const { TableName: name, IndexName: index } = input;
  const arn = tableArn(name) + (index === undefined ? '' : `/index/${index}`);
  return [request(action, arn, leadingKeys(input, partitionKeyOf(tables, name, index)))];
}

function request(action: string, resource: string, keys: readonly string[] | undefined): AccessRequest {
  return { action, resource, context: keys === undefined ? {} : { [LEADING_KEYS]: keys } };
}

function tableArn(nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${nameOrArn}`;
}

interface Keys {
  KeySchema?: readonly { AttributeName?: string; KeyType?: string }[];
}

function partitionKeyOf(tables: readonly TableSpec[], nameOrArn: string, index?: string): string | undefined {
  const table = tables.find(({ name }) => name === nameOrArn.replace(/^.*:table\//, ''))?.create;
  const indexes = [...(table?.GlobalSecondaryIndexes ?? []), ...(table?.LocalSecondaryIndexes ?? [])];
  const keyed = (index === undefined ? table : indexes.find(({ IndexName }) => IndexName === index)) as
    | Keys
    | undefined;
  return keyed?.KeySchema?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
}

function leadingKeys(input: Body, partitionKey: string | undefined): string[] | undefined {
  if (partitionKey === undefined) return undefined;
  const value = (input.Key ?? input.Item)?.[partitionKey] ?? queriedKey(input, partitionKey);
  return value && Object.values(value);
}

/** The value that a query asks of the partition key: `pk = :value`, the name plain or by a placeholder. */
function queriedKey(input: Body, partitionKey: string): Wire | undefined {
  const { KeyConditionExpression: condition = '', ExpressionAttributeNames: names = {} } = input;
  for (const [, left = '', right = ''] of condition.matchAll(/([#\w.]+)\s*=\s*(:\w+)/g)) {
    if ((names[left] ?? left) === partitionKey) return input.ExpressionAttributeValues?.[right];
  }
  return undefined;
}

interface BatchItem {
  PutRequest?: { Item: Item };
  DeleteRequest?: { Key: Item };
}

function batchKeys(items: unknown, partitionKey: string | undefined): string[] | undefined {
  if (partitionKey === undefined) return undefined;
  const keyed: readonly (Item | undefined)[] = Array.isArray(items)
    ? (items as BatchItem[]).map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key)
    : ((items as { Keys?: Item[] }).Keys ?? []);
  return keyed.flatMap((item) => Object.values(item?.[partitionKey] ?? {}));
}
