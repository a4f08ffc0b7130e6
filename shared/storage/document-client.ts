import { type ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { StorageUnavailable } from '../errors.ts';

/** Beyond this a healthy DynamoDB has answered long ago; the SDK then tries again on another connection. */
const REQUEST_TIMEOUT_MS = 2_000;
const CONNECTION_TIMEOUT_MS = 1_000;
/** The first try and two more: with the timeout above, a caller learns of an outage within about 7 s. */
const MAX_ATTEMPTS = 3;
/** What a client is told to wait when storage cannot be reached. */
const STORAGE_RETRY_SECONDS = 5;

/** One client per execution environment: connections are kept alive between invocations. */
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

export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
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

/** Sends a write that has a condition: false when the condition refused it. Throws as `send` does. */
export async function sendConditionally(
  db: DynamoDBDocumentClient,
  command: DocumentCommand<object>,
): Promise<boolean> {
  try {
    await send(db, command);
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
