import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** What DynamoDB answers to a request that makes no sense. */
export function validationException(message: string): Error {
  return Object.assign(new Error(message), { name: 'ValidationException', $fault: 'client' as const });
}

export function conditionFailed(): ConditionalCheckFailedException {
  return new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
}

/** Something that DynamoDB knows and this fake does not: a test that needs it must teach it first. */
export class NotFaked extends Error {
  override readonly name = 'NotFaked';
}
