import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { requiredEnv } from '../env.ts';
import { asStorageError } from '../storage/document-client.ts';
import type { Lease } from './computation-store.ts';

/** A receipt is there at once or not at all: an Invoke that hangs must not cost the reader the old copy. */
const client = new LambdaClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** Asks for a computation to be finished under `lease` by the function that has time for it. Waits for the receipt only. */
export async function handOff(lease: Lease): Promise<void> {
  try {
    await client.send(
      new InvokeCommand({
        FunctionName: requiredEnv('REFRESH_FUNCTION'),
        InvocationType: 'Event',
        Payload: JSON.stringify(lease),
      }),
    );
  } catch (error) {
    throw asStorageError(error, 'Lambda');
  }
}
