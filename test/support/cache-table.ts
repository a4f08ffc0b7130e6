import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { computationKey, entryKey } from '../../shared/cache/keys.ts';

type Item = Readonly<Record<string, unknown>>;

const TableName = 'artists-cache-dev-cache';

/** The cache table of a local stack, for what would take too long to bring about through the API. */
export function cacheTableAt(endpoint: string) {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const db = DynamoDBDocumentClient.from(client);
  const put = (item: Item) => db.send(new PutCommand({ TableName, Item: item }));
  const entry = async (userId: string): Promise<Item> =>
    (await db.send(new GetCommand({ TableName, Key: entryKey(userId), ConsistentRead: true }))).Item ?? {};

  return {
    close: () => client.destroy(),
    put,

    /** Has the list say that it has a part more than it has: who removes the list, removes that too. */
    async addPart(userId: string): Promise<void> {
      const item = await entry(userId);
      await put({ ...item, layout: [...(item.layout as number[]), 1] });
    },

    /** A lease as a request leaves it that could not wait: what `refresh-artists` is given. */
    async lease(userId: string): Promise<Item> {
      await db.send(
        new UpdateCommand({
          TableName,
          Key: entryKey(userId),
          UpdateExpression: 'SET fence = if_not_exists(fence, :fence)',
          ExpressionAttributeValues: { ':fence': 'f' },
        }),
      );
      const lease = { userId, token: randomUUID(), fence: (await entry(userId)).fence };
      const leaseUntil = Date.now() + 60_000;
      await put({ ...computationKey(userId), leaseToken: lease.token, leaseUntil });
      return lease;
    },
  };
}
