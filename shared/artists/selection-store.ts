import { randomBytes } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { SelectionLimitReached, StorageUnavailable } from '../errors.ts';
import { send, sendConditionally } from '../storage/document-client.ts';

/** At 24 bytes each the item stays at 120 KB. */
const MAX_SELECTED = 5_000;
const MAX_FLIP_ROUNDS = 8;

/** Selecting what is selected is always possible; one more only below the limit. */
const THERE_OR_ROOM =
  'contains(selected, :artist) OR attribute_not_exists(selected) OR size(selected) < :max';

/** Deselecting must not create an item. */
const ANYTHING_SELECTED = 'attribute_exists(selected)';

/** The SDK may repeat a flip that had taken effect: it must not be flipped back. */
const NOT_FLIPPED_BY_US = '(attribute_not_exists(lastFlip) OR lastFlip <> :flip)';
const FLIP_OFF = `contains(selected, :artist) AND ${NOT_FLIPPED_BY_US}`;
const FLIP_ON = `(attribute_not_exists(selected) OR (NOT contains(selected, :artist) AND size(selected) < :max)) AND ${NOT_FLIPPED_BY_US}`;

const selectionKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'selection' });

export type SelectionStore = ReturnType<typeof createSelectionStore>;

/**
 * The artists that a user selected: one set in one item. It is the user's own choice and not the platform's data, so it
 * survives a disconnection.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createSelectionStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  /** False when the condition refused. */
  async function update(
    userId: string,
    change: string,
    condition: string,
    values: Record<string, unknown>,
  ): Promise<boolean> {
    const command = new UpdateCommand({
      TableName: table,
      Key: selectionKey(userId),
      UpdateExpression: change,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
    });
    return sendConditionally(db, command);
  }

  async function readItem(userId: string): Promise<{ selected: ReadonlySet<string>; lastFlip: unknown }> {
    const { Item } = await send(
      db,
      new GetCommand({ TableName: table, Key: selectionKey(userId), ConsistentRead: true }),
    );
    return { selected: (Item?.selected as Set<string> | undefined) ?? new Set(), lastFlip: Item?.lastFlip };
  }

  return {
    /** Strongly consistent. */
    read: async (userId: string): Promise<ReadonlySet<string>> => (await readItem(userId)).selected,

    /** @throws SelectionLimitReached beyond 5,000. */
    async select(userId: string, artistId: string): Promise<void> {
      const values = { ':one': new Set([artistId]), ':artist': artistId, ':max': MAX_SELECTED };
      if (!(await update(userId, 'ADD selected :one', THERE_OR_ROOM, values))) throw limitReached();
    },

    async deselect(userId: string, artistId: string): Promise<void> {
      await update(userId, 'DELETE selected :one', ANYTHING_SELECTED, { ':one': new Set([artistId]) });
    },

    /**
     * Turns the selection round and says what it is now. Many at once take turns.
     *
     * @throws SelectionLimitReached beyond 5,000.
     */
    async flip(userId: string, artistId: string): Promise<boolean> {
      const flip = randomBytes(9).toString('base64url');
      const values = { ':one': new Set([artistId]), ':artist': artistId, ':flip': flip };
      const withLimit = { ...values, ':max': MAX_SELECTED };
      for (let round = 0; round < MAX_FLIP_ROUNDS; round += 1) {
        if (await update(userId, 'DELETE selected :one SET lastFlip = :flip', FLIP_OFF, values)) return false;
        if (await update(userId, 'ADD selected :one SET lastFlip = :flip', FLIP_ON, withLimit)) return true;
        const { selected, lastFlip } = await readItem(userId);
        if (lastFlip === flip) return selected.has(artistId);
        if (!selected.has(artistId) && selected.size >= MAX_SELECTED) throw limitReached();
      }
      throw new StorageUnavailable('too many flips of one selection at once', { retryAfterSeconds: 1 });
    },
  };
}

const limitReached = () => new SelectionLimitReached(`no more than ${MAX_SELECTED} artists can be selected`);
