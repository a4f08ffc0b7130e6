import { hash, randomBytes } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { InvalidState } from '../errors.ts';
import { isConditionFailed, send } from '../storage/document-client.ts';

/** As long as Spotify's authorization codes live. */
const STATE_LIFE_MS = 10 * 60_000;

/**
 * Only the user who began may use a state, only in time, and only once: the delete is the use. Somebody else's attempt
 * or one too late deletes nothing. The TTL of DynamoDB comes days late, so the time is part of the condition.
 */
const THEIRS_AND_IN_TIME = 'userId = :userId AND expiresAtMs > :now';

export interface BegunConnection {
  /** 256 random bits; only its hash is stored, so that a reader of the table cannot complete a connection. */
  state: string;
  expiresAtMs: number;
}

const stateKey = (state: string) => ({
  pk: `oauth_state:${hash('sha256', state, 'base64url')}`,
  sk: 'oauth_state',
});

export type OAuthStateStore = ReturnType<typeof createOAuthStateStore>;

/** The OAuth states of connections that were begun, each with its PKCE verifier. */
export function createOAuthStateStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  return {
    /** Remembers that the user began a connection; for 10 minutes. */
    async begin(userId: string, verifier: string, nowMs: number): Promise<BegunConnection> {
      const state = randomBytes(32).toString('base64url');
      const expiresAtMs = nowMs + STATE_LIFE_MS;
      const Item = {
        ...stateKey(state),
        userId,
        verifier,
        expiresAtMs,
        expiresAt: Math.ceil(expiresAtMs / 1000),
      };
      await send(db, new PutCommand({ TableName: table, Item }));
      return { state, expiresAtMs };
    },

    /**
     * Uses the state up and gives its PKCE verifier.
     *
     * @throws InvalidState when it is unknown, expired, used before or another user's.
     */
    async consume(userId: string, state: string, nowMs: number): Promise<string> {
      const command = new DeleteCommand({
        TableName: table,
        Key: stateKey(state),
        ConditionExpression: THEIRS_AND_IN_TIME,
        ExpressionAttributeValues: { ':userId': userId, ':now': nowMs },
        ReturnValues: 'ALL_OLD',
      });
      try {
        const { Attributes } = await send(db, command);
        return String(Attributes?.verifier);
      } catch (error) {
        if (isConditionFailed(error)) throw new InvalidState('the state cannot be used');
        throw error;
      }
    },
  };
}
