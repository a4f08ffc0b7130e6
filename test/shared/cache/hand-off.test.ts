import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import 'aws-sdk-client-mock-vitest/extend';
import { beforeEach, expect, test, vi } from 'vitest';
import { handOff } from '../../../shared/cache/hand-off.ts';

const lambda = mockClient(LambdaClient);
const lease = { userId: 'alice', token: 'token', fence: 'fence' };

beforeEach(() => {
  lambda.reset();
  vi.stubEnv('REFRESH_FUNCTION', 'refresh');
});

test('hands the lease to the function that has time, and waits for the receipt only', async () => {
  lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
  await handOff(lease);
  expect(lambda).toHaveReceivedCommandWith(InvokeCommand, {
    FunctionName: 'refresh',
    InvocationType: 'Event',
    Payload: JSON.stringify(lease),
  });
});

test('a receipt that does not come is storage that cannot be reached', async () => {
  const fault = new LambdaServiceException({
    name: 'ServiceException',
    $fault: 'server',
    $metadata: {},
    message: 'down',
  });
  lambda.on(InvokeCommand).rejects(fault);
  await expect(handOff(lease)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', cause: fault });
});
