import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, send } from '../storage/document-client.ts';
import { putItem } from '../storage/light-commands.ts';
import { type HourTotals, parseTotals, totalsItem } from './totals.ts';

/** The totals only grow: a write that the SDK repeats late must not take back what a later one brought. */
const LATER_THAN_STORED = 'attribute_not_exists(seq) OR seq < :seq';

export type TotalsStore = ReturnType<typeof createTotalsStore>;

/**
 * The items of all environments, one an hour and environment.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createTotalsStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  return {
    /** Writes all that an environment counted in an hour. `seq` must grow from write to write. */
    async write(environment: string, seq: number, totals: HourTotals): Promise<void> {
      const command = putItem({
        TableName: table,
        Item: totalsItem(environment, seq, totals),
        ConditionExpression: LATER_THAN_STORED,
        ExpressionAttributeValues: { ':seq': seq },
      });
      try {
        await send(db, command);
      } catch (error) {
        // Only this environment writes here: what stands there is this very write, or one that has it in it.
        if (!isConditionFailed(error)) throw error;
      }
    },

    /** What every environment counted in an hour. Strongly consistent: what was written is in it. */
    async read(hour: string): Promise<HourTotals[]> {
      const found: HourTotals[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await send(
          db,
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :hour',
            ExpressionAttributeValues: { ':hour': hour },
            ConsistentRead: true,
            ExclusiveStartKey: start,
          }),
        );
        found.push(...Items.flatMap((item) => parseTotals(item) ?? []));
        start = LastEvaluatedKey;
      } while (start);
      return found;
    },
  };
}
