import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { nextPayment, type Pace } from '../pace.ts';
import { send, sendConditionally } from '../storage/document-client.ts';

/** How many syncs of a user call the platform. */
const SYNC_PACE: Pace = { intervalMs: 60_000, burst: 10 };

/** Of syncs at once each counts: a payment is made to the state that was read. */
const AS_READ = 'paidUntilMs = :seen';
const NOT_PAID_YET = 'attribute_not_exists(paidUntilMs)';

/** Apart from the connection, because DynamoDB charges an update by the size of the item, and plays are large. */
const syncsKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'syncs' });

export type SyncPace = ReturnType<typeof createSyncPace>;

/**
 * How often a user syncs: a number in a small item, which ends when all is paid for.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createSyncPace({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  async function readPaidUntilMs(userId: string): Promise<number | undefined> {
    const { Item } = await send(
      db,
      new GetCommand({ TableName: table, Key: syncsKey(userId), ConsistentRead: true }),
    );
    return Item?.paidUntilMs;
  }

  return {
    /** Takes the right to one sync; false when there were too many. */
    async take(userId: string, nowMs: number): Promise<boolean> {
      // Another sync comes in between at the most as often as there are rights.
      for (let round = 0; round <= SYNC_PACE.burst; round += 1) {
        const seen = await readPaidUntilMs(userId);
        const next = nextPayment(seen, SYNC_PACE, nowMs);
        if (next === 'too many') return false;
        const command = new UpdateCommand({
          TableName: table,
          Key: syncsKey(userId),
          UpdateExpression: 'SET paidUntilMs = :next, expiresAt = :expiresAt',
          ConditionExpression: seen === undefined ? NOT_PAID_YET : AS_READ,
          ExpressionAttributeValues: {
            ':next': next,
            ':expiresAt': Math.ceil(next / 1000),
            ...(seen !== undefined && { ':seen': seen }),
          },
        });
        if (await sendConditionally(db, command)) return true;
      }
      return false;
    },
  };
}
