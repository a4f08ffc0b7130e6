import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../errors.ts';
import { connectionKey } from '../platforms/connection.ts';
import { type TableDeps, tableOf } from '../storage/document-client.ts';
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
export function createPlaysStore(deps: TableDeps) {
  const table = tableOf(deps);

  /** Strongly consistent; undefined when the user has no connection. */
  async function read(userId: string): Promise<StoredPlays | undefined> {
    const item = await table.get(connectionKey(userId), {
      ProjectionExpression: 'connectionId, plays, playsVersion, playsCounted, syncRetryAtMs, syncRetryCause',
    });
    // An item without a consent only holds what was begun.
    if (item?.connectionId === undefined) return undefined;
    return {
      plays: item.plays
        ? { weights: decodeWeights(item.plays as Uint8Array), counted: (item.playsCounted as string[]) ?? [] }
        : NO_PLAYS,
      connectionId: String(item.connectionId),
      version: item.playsVersion as string | undefined,
      retryAtMs: Number(item.syncRetryAtMs ?? 0),
      retryCause: item.syncRetryCause,
    };
  }

  return {
    read,

    /** No sync by this connection begins before `retryAtMs`, for this cause. */
    async postpone(userId: string, connectionId: string, retryAtMs: number, cause: ErrorCode): Promise<void> {
      await table.update(connectionKey(userId), 'SET syncRetryAtMs = :retryAtMs, syncRetryCause = :cause', {
        condition: SAME_CONNECTION,
        values: { ':connectionId': connectionId, ':retryAtMs': retryAtMs, ':cause': cause },
      });
    },

    /** False when something else was written, or the connection ended, since `read`. */
    async save(userId: string, seen: StoredPlays, plays: Plays): Promise<boolean> {
      const version = randomBytes(9).toString('base64url');
      const saved = await table.update(
        connectionKey(userId),
        'SET plays = :plays, playsCounted = :counted, playsVersion = :version',
        {
          condition: seen.version === undefined ? NOTHING_YET : AS_READ,
          values: {
            ':plays': encodeWeights(plays.weights),
            ':counted': plays.counted,
            ':version': version,
            ':connectionId': seen.connectionId,
            ':seen': seen.version,
          },
        },
      );
      // The SDK may have repeated a write that had taken effect: then the refusal is our own doing.
      return saved || (await read(userId))?.version === version;
    },
  };
}
