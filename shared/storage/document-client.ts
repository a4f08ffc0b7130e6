import { type ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  type NativeAttributeValue,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { StorageUnavailable } from '../errors.ts';

/** Beyond this a healthy DynamoDB has answered long ago; the SDK then tries again on another connection. */
const REQUEST_TIMEOUT_MS = 2_000;
const CONNECTION_TIMEOUT_MS = 1_000;
/** The first try and two more: with the timeout above, a caller learns of an outage within about 7 s. */
const MAX_ATTEMPTS = 3;
/** What a client is told to wait when storage cannot be reached. */
const STORAGE_RETRY_SECONDS = 5;

/** One client an instance: connections are kept alive between invocations. */
export function createDocumentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

interface ServiceFault {
  $fault?: 'client' | 'server';
  $retryable?: { throttling?: boolean };
  name?: string;
}

/** DynamoDB refused the request itself: a defect or a missing grant of ours, which no waiting mends. */
function isOurFault(error: unknown): boolean {
  const { $fault, $retryable, name = '' } = (error ?? {}) as ServiceFault;
  if ($fault !== 'client' || $retryable) return false;
  return !/Throttl|ProvisionedThroughput|RequestLimit|LimitExceeded|TransactionInProgress|Expired/.test(name);
}

/** A failure of AWS as the rest of the service knows it: `StorageUnavailable`, or the defect as it came. */
export function asStorageError(error: unknown, service: string): unknown {
  if (isOurFault(error)) return error;
  return new StorageUnavailable(`${service} cannot be reached`, {
    cause: error,
    retryAfterSeconds: STORAGE_RETRY_SECONDS,
  });
}

/**
 * Sends a command and tells the three outcomes apart: the result; a refused condition, rethrown as it is (it is an
 * answer); anything that keeps DynamoDB from answering, as `StorageUnavailable`. Never retries beyond the SDK.
 */
export const send = (async (db: DynamoDBDocumentClient, command: never) => {
  try {
    return await db.send(command);
  } catch (error) {
    if (isConditionFailed(error)) throw error;
    throw asStorageError(error, 'DynamoDB');
  }
}) as Send;

type DocumentCommand<TOutput> = {
  // The commands of lib-dynamodb carry their output type in `resolveMiddleware`.
  resolveMiddleware(...args: never[]): (input: never) => Promise<{ output: TOutput }>;
};
type Send = <TOutput extends object>(
  db: DynamoDBDocumentClient,
  command: DocumentCommand<TOutput>,
) => Promise<TOutput>;

/** Where a store keeps its items. */
export interface TableDeps {
  db: DynamoDBDocumentClient;
  table: string;
}

export type Item = Record<string, NativeAttributeValue>;

/**
 * A condition on the item as it is. `names` stand for words that DynamoDB keeps for itself; of `values` those that are
 * undefined are left out.
 */
export interface Condition {
  condition?: string | undefined;
  names?: Record<string, string> | undefined;
  values?: Item | undefined;
}

/** One table, as its stores use it. Throws as `send` does, except that a refused condition is an answer. */
export function tableOf({ db, table: TableName }: TableDeps) {
  const updateOf = (Key: Item, UpdateExpression: string, given: Condition, ReturnValues?: 'ALL_NEW') =>
    new UpdateCommand({ TableName, Key, UpdateExpression, ReturnValues, ...conditionOf(given) });

  return {
    /** Strongly consistent: after a write was answered, no reader may see what was before it. */
    async get(
      Key: Item,
      projection?: { ProjectionExpression: string; ExpressionAttributeNames?: Record<string, string> },
    ): Promise<Item | undefined> {
      const command = new GetCommand({ TableName, Key, ConsistentRead: true, ...projection });
      return (await send(db, command)).Item;
    },

    /** The item in the place of what was there. False: the condition refused it. */
    put: (item: Item, given: Condition = {}): Promise<boolean> =>
      accepted(send(db, new PutCommand({ TableName, Item: item, ...conditionOf(given) }))),

    /** False: the condition refused the change. */
    update: (key: Item, expression: string, given: Condition): Promise<boolean> =>
      accepted(send(db, updateOf(key, expression, given))),

    /** The whole item after the change; undefined: the condition refused it. */
    async updated(key: Item, expression: string, given: Condition): Promise<Item | undefined> {
      try {
        return (await send(db, updateOf(key, expression, given, 'ALL_NEW'))).Attributes;
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw error;
      }
    },

    /** False: the condition refused it. */
    delete: (Key: Item, given: Condition = {}): Promise<boolean> =>
      accepted(send(db, new DeleteCommand({ TableName, Key, ...conditionOf(given) }))),
  };
}

const conditionOf = ({
  condition,
  names,
  values,
}: Condition): Pick<
  UpdateCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> => ({
  ConditionExpression: condition,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues:
    values && Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)),
});

/** False when the condition of a write refused it. */
async function accepted(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
