import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDocumentClient, send, tableOf } from '../../../shared/storage/document-client.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
beforeEach(() => dynamo.reset());

const sendGet = () =>
  send(createDocumentClient(), new GetCommand({ TableName: 'table', Key: { pk: 'key' } }));
const fault = (name: string, $fault: 'client' | 'server') =>
  new DynamoDBServiceException({ name, $fault, $metadata: {}, message: 'no' });

describe('what DynamoDB answers', () => {
  test('is the result', async () => {
    dynamo.on(GetCommand).resolves({ Item: { pk: 'key' } });
    expect((await sendGet()).Item).toEqual({ pk: 'key' });
  });

  test('a refused condition is an answer', async () => {
    dynamo.on(UpdateCommand).rejects(fault('ConditionalCheckFailedException', 'client'));
    const table = tableOf({ db: createDocumentClient(), table: 'table' });
    expect(await table.update({ pk: 'key' }, 'SET a = :a', { values: { ':a': 1 } })).toBe(false);
    expect(await table.updated({ pk: 'key' }, 'SET a = :a', { values: { ':a': 1 } })).toBeUndefined();
  });

  test.each(['ValidationException', 'AccessDeniedException', 'ResourceNotFoundException'])(
    '%s is a defect of ours, which no waiting mends',
    async (name) => {
      dynamo.on(GetCommand).rejects(fault(name, 'client'));
      await expect(sendGet()).rejects.toMatchObject({ name });
    },
  );
});

describe('what keeps it from answering is STORAGE_UNAVAILABLE', () => {
  test.each([
    fault('InternalServerError', 'server'),
    fault('ThrottlingException', 'client'),
    fault('ProvisionedThroughputExceededException', 'client'),
    fault('RequestLimitExceeded', 'client'),
    new Error('connect ECONNREFUSED'),
    Object.assign(new Error('timed out'), { name: 'TimeoutError' }),
  ])('%s', async (error) => {
    dynamo.on(GetCommand).rejects(error);
    await expect(sendGet()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryAfterSeconds: 5,
      cause: error,
    });
  });
});
