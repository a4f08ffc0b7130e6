import { randomBytes } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, send, sendConditionally } from '../storage/document-client.ts';
import { CONNECTION_PROJECTION, type Connection, connectionKey, parseConnection } from './connection.ts';

/**
 * Tokens and status change only from the very state that the writer read. A disconnected user has no connectionId, a
 * reconnected one another: nothing that began before can bring a connection back or touch the new one.
 */
const UNCHANGED = 'connectionId = :connectionId AND tokenVersion = :seen';

/**
 * A consent is stored once: the SDK may repeat a write that had taken effect, and what arrives late must not undo what
 * was stored under the consent since, a rotated token above all.
 */
const NOT_STORED_YET = 'attribute_not_exists(pk) OR connectionId <> :connectionId';

/** A new consent of the same account keeps what is stored beside the connection: its plays. */
const NEW_OR_SAME_ACCOUNT =
  'attribute_not_exists(pk) OR (accountId = :accountId AND connectionId <> :connectionId)';

/** What a consent brings. */
export interface NewConnection {
  accountId: string;
  scopes: readonly string[];
  authorizedAtMs: number;
  dataKey: Uint8Array;
  refreshToken: Uint8Array;
}

export type ConnectionStore = ReturnType<typeof createConnectionStore>;

/**
 * The connections of all users, one item each, with everything that must die with them: tokens, their key, and the
 * plays. Deleting that item is the whole of forgetting them. No access token is stored: every computation begins with
 * a refresh, which also finds out at once whether the consent still stands.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createConnectionStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  /** Changes the connection as it was read; undefined when it is no longer that. */
  async function change(
    read: Connection,
    update: string,
    values: Record<string, unknown>,
  ): Promise<Connection | undefined> {
    const command = new UpdateCommand({
      TableName: table,
      Key: connectionKey(read.userId),
      UpdateExpression: `${update} ADD tokenVersion :one`,
      ConditionExpression: UNCHANGED,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ...values,
        ':connectionId': read.connectionId,
        ':seen': read.tokenVersion,
        ':one': 1,
      },
      ReturnValues: 'ALL_NEW',
    });
    try {
      const { Attributes } = await send(db, command);
      return parseConnection(read.userId, Attributes);
    } catch (error) {
      if (isConditionFailed(error)) return undefined;
      throw error;
    }
  }

  const conditionally = (command: PutCommand | UpdateCommand) => sendConditionally(db, command);

  return {
    /** Strongly consistent. */
    async read(userId: string): Promise<Connection | undefined> {
      const { Item } = await send(
        db,
        new GetCommand({
          TableName: table,
          Key: connectionKey(userId),
          ConsistentRead: true,
          ...CONNECTION_PROJECTION,
        }),
      );
      return Item && parseConnection(userId, Item);
    },

    /** Stores a consent in place of whatever there was; only plays of the same account stay. */
    async connect(userId: string, { refreshToken, ...consent }: NewConnection): Promise<void> {
      const item = {
        ...consent,
        connectionId: randomBytes(12).toString('base64url'),
        status: 'connected',
        tokenVersion: 1,
        refreshTokens: [refreshToken],
      };
      if (await conditionally(replaceConsent(table, userId, item))) return;
      await conditionally(
        new PutCommand({
          TableName: table,
          Item: { ...connectionKey(userId), ...item },
          ConditionExpression: NOT_STORED_YET,
          ExpressionAttributeValues: { ':connectionId': item.connectionId },
        }),
      );
    },

    /** The tokens are these, and the consent stands. Undefined: the connection changed meanwhile. */
    keepTokens: (read: Connection, dataKey: Uint8Array, refreshTokens: readonly Uint8Array[]) =>
      change(
        read,
        'SET refreshTokens = :tokens, dataKey = :dataKey, #status = :connected REMOVE revokedAtMs, confirmAtMs',
        { ':tokens': refreshTokens, ':dataKey': dataKey, ':connected': 'connected' },
      ),

    /** The platform said revoked, for the first time: the tokens stay until that is confirmed. */
    markRevoked: (read: Connection, revokedAtMs: number, confirmAtMs: number) =>
      change(read, 'SET #status = :revoked, revokedAtMs = :revokedAtMs, confirmAtMs = :confirmAtMs', {
        ':revoked': 'revoked',
        ':revokedAtMs': revokedAtMs,
        ':confirmAtMs': confirmAtMs,
      }),

    /** Takes the right to the one confirming attempt; if it ends in doubt, the next one waits until `confirmAtMs`. */
    claimConfirmation: (read: Connection, confirmAtMs: number) =>
      change(read, 'SET #status = :revoked, confirmAtMs = :confirmAtMs', {
        ':revoked': 'revoked',
        ':confirmAtMs': confirmAtMs,
      }),

    /** The revocation is confirmed: there is nothing left to try with. */
    eraseTokens: (read: Connection) =>
      change(read, 'SET #status = :revoked REMOVE refreshTokens, dataKey, confirmAtMs', {
        ':revoked': 'revoked',
      }),

    /** Deletes connection, tokens and plays at once. Idempotent. */
    async remove(userId: string): Promise<void> {
      await send(db, new DeleteCommand({ TableName: table, Key: connectionKey(userId) }));
    },
  };
}

function replaceConsent(table: string, userId: string, item: Record<string, unknown>): UpdateCommand {
  const names = Object.keys(item);
  return new UpdateCommand({
    TableName: table,
    Key: connectionKey(userId),
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE revokedAtMs, confirmAtMs, syncRetryAtMs`,
    ConditionExpression: NEW_OR_SAME_ACCOUNT,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, item[name]])),
  });
}
