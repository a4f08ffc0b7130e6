import * as v from 'valibot';
import { InternalError } from '../errors.ts';

const Bytes: v.GenericSchema<Uint8Array> = v.instance(Uint8Array);

/** A user's connection to Spotify: the account table's item under `connectionKey`. */
const ConnectionItem = v.object({
  /** Random, new with every consent: what was begun under another one can no longer write. */
  connectionId: v.string(),
  accountId: v.string(),
  scopes: v.array(v.string()),
  /** When the user consented. */
  authorizedAtMs: v.number(),
  status: v.picklist(['connected', 'revoked']),
  /** Grows with every change of tokens or status. */
  tokenVersion: v.number(),
  /** The data key, sealed by KMS. */
  dataKey: v.optional(Bytes),
  /**
   * Sealed refresh tokens, the one to try first in front. Usually one; more after two refreshes at once were each
   * given a new one. Empty once a revocation is confirmed.
   */
  refreshTokens: v.optional(v.array(Bytes), []),
  revokedAtMs: v.optional(v.number()),
  /** Not before this may one attempt find out whether the consent is really gone. */
  confirmAtMs: v.optional(v.number()),
});
export type Connection = v.InferOutput<typeof ConnectionItem> & { userId: string };

export const connectionKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'connection:spotify' });

/** Who refreshes now. Apart from the connection, because DynamoDB charges an update by the size of the item. */
export const refreshKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'refresh:spotify' });

const NAMES = Object.keys(ConnectionItem.entries);

/** Everything of a connection but the plays that are kept beside it. */
export const CONNECTION_PROJECTION = {
  ProjectionExpression: NAMES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(NAMES.map((name) => [`#${name}`, name])),
};

/** @throws InternalError when the item is not a connection as we write them. */
export function parseConnection(userId: string, item: unknown): Connection {
  const result = v.safeParse(ConnectionItem, item);
  if (result.success) return { userId, ...result.output };
  throw new InternalError(
    `a stored connection does not fit at ${v.getDotPath(result.issues[0]) ?? 'the top'}`,
  );
}
