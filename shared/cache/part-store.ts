import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { send } from '../storage/document-client.ts';
import { partKey } from './keys.ts';

export type PartStore = ReturnType<typeof createPartStore>;

/** The items that take what does not fit into a user's entry. They hold nothing but sealed chunks. */
export function createPartStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  return {
    /** Writes all parts of a list that nothing mentions yet. */
    async write(
      userId: string,
      generation: string,
      parts: readonly Uint8Array[][],
      expiresAtSeconds: number,
    ) {
      // One after the other: a part is up to 400 write units, and a partition takes 1,000 a second.
      for (const [i, chunks] of parts.entries()) {
        const Item = {
          ...partKey(userId, generation, i + 1),
          all_artists: chunks,
          expiresAt: expiresAtSeconds,
        };
        await send(db, new PutCommand({ TableName: table, Item }));
      }
    },

    /** The sealed chunks `indexes` of a part, in that order; undefined when the part or one of them is not there. */
    async read(userId: string, generation: string, part: number, indexes: readonly number[]) {
      const { Item } = await send(
        db,
        new GetCommand({
          TableName: table,
          Key: partKey(userId, generation, part),
          ConsistentRead: true,
          ProjectionExpression: indexes.map((index) => `all_artists[${index}]`).join(', '),
        }),
      );
      const chunks = Item?.all_artists as Uint8Array[] | undefined;
      return chunks?.length === indexes.length ? chunks : undefined;
    },

    /**
     * Removes the parts of a list that nothing mentions any more. Tidiness alone: without their entry they cannot be
     * opened, and the TTL removes what a failure leaves, so a failure here fails nothing.
     */
    async remove(
      userId: string,
      { generation, parts }: { generation: string; parts: number },
    ): Promise<void> {
      const removals = Array.from({ length: parts }, (_, i) =>
        send(db, new DeleteCommand({ TableName: table, Key: partKey(userId, generation, i + 1) })),
      );
      await Promise.allSettled(removals);
    },
  };
}
