import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { send } from '../storage/document-client.ts';

/** Hours are partitions of their own; this one is none. */
const SNAPSHOT_KEY = { pk: 'sweep', sk: 'latest' };

/** What the last sweep found, and the sign that it runs. */
const SnapshotItem = v.object({
  sweptAtMs: v.number(),
  deleted: v.number(),
  entries: v.number(),
  staleEntries: v.number(),
  bytes: v.number(),
});
export type Snapshot = v.InferOutput<typeof SnapshotItem>;

export type SnapshotStore = ReturnType<typeof createSnapshotStore>;

/** @throws StorageUnavailable when DynamoDB does not answer. */
export function createSnapshotStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  return {
    async write(snapshot: Snapshot): Promise<void> {
      await send(db, new PutCommand({ TableName: table, Item: { ...SNAPSHOT_KEY, ...snapshot } }));
    },

    /** Undefined until the first sweep. */
    async read(): Promise<Snapshot | undefined> {
      const { Item } = await send(db, new GetCommand({ TableName: table, Key: SNAPSHOT_KEY }));
      const result = v.safeParse(SnapshotItem, Item);
      return result.success ? result.output : undefined;
    },
  };
}
