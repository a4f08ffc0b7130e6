import { randomBytes } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ErrorCode } from '../errors.ts';
import { connectionKey } from '../platforms/connection.ts';
import { isConditionFailed, send } from '../storage/document-client.ts';
import { decodeWeights, encodeWeights, NO_PLAYS, type Plays } from './plays.ts';

/**
 * Plays are added to what the writer read and to nothing else, so that two syncs at once never count a play twice; and
 * only while the connection stands that they came by, so that none outlives it.
 */
const NOTHING_YET = 'connectionId = :connectionId AND attribute_not_exists(playsVersion)';
const AS_READ = 'connectionId = :connectionId AND playsVersion = :seen';
/** A back-off is about the connection that failed, and nothing is created for it. */
const SAME_CONNECTION = 'connectionId = :connectionId';

/** Plays as they were read, with what a write needs to know. */
export interface StoredPlays {
  plays: Plays;
  connectionId: string;
  /** Random, new with every write; undefined before the first. */
  version: string | undefined;
  /** After a sync that failed, the next one waits until then; epoch milliseconds, 0 when none failed. */
  retryAtMs: number;
  /** Why it failed. */
  retryCause: ErrorCode | undefined;
}

export type PlaysStore = ReturnType<typeof createPlaysStore>;

/**
 * The plays of a user. They stand in the item of the connection: deleting that deletes them, with nothing left
 * to be forgotten and nothing that could be written back.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createPlaysStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  /** Strongly consistent; undefined when the user has no connection. */
  async function read(userId: string): Promise<StoredPlays | undefined> {
    const { Item } = await send(
      db,
      new GetCommand({
        TableName: table,
        Key: connectionKey(userId),
        ConsistentRead: true,
        ProjectionExpression:
          'connectionId, plays, playsVersion, playsCounted, syncRetryAtMs, syncRetryCause',
      }),
    );
    // An item without a consent only holds what was begun.
    if (Item?.connectionId === undefined) return undefined;
    return {
      plays: Item.plays
        ? { weights: decodeWeights(Item.plays as Uint8Array), counted: (Item.playsCounted as string[]) ?? [] }
        : NO_PLAYS,
      connectionId: String(Item.connectionId),
      version: Item.playsVersion as string | undefined,
      retryAtMs: Number(Item.syncRetryAtMs ?? 0),
      retryCause: Item.syncRetryCause,
    };
  }

  return {
    read,

    /** No sync by this connection begins before `retryAtMs`, for this cause. */
    async postpone(userId: string, connectionId: string, retryAtMs: number, cause: ErrorCode): Promise<void> {
      const command = new UpdateCommand({
        TableName: table,
        Key: connectionKey(userId),
        UpdateExpression: 'SET syncRetryAtMs = :retryAtMs, syncRetryCause = :cause',
        ConditionExpression: SAME_CONNECTION,
        ExpressionAttributeValues: {
          ':connectionId': connectionId,
          ':retryAtMs': retryAtMs,
          ':cause': cause,
        },
      });
      try {
        await send(db, command);
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },

    /** False when something else was written, or the connection ended, since `read`. */
    async save(userId: string, seen: StoredPlays, plays: Plays): Promise<boolean> {
      const version = randomBytes(9).toString('base64url');
      const command = new UpdateCommand({
        TableName: table,
        Key: connectionKey(userId),
        UpdateExpression: 'SET plays = :plays, playsCounted = :counted, playsVersion = :version',
        ConditionExpression: seen.version === undefined ? NOTHING_YET : AS_READ,
        ExpressionAttributeValues: {
          ':plays': encodeWeights(plays.weights),
          ':counted': plays.counted,
          ':version': version,
          ':connectionId': seen.connectionId,
          ...(seen.version !== undefined && { ':seen': seen.version }),
        },
      });
      try {
        await send(db, command);
        return true;
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
        // The SDK may have repeated a write that had taken effect: then the refusal is our own doing.
        return (await read(userId))?.version === version;
      }
    },
  };
}
