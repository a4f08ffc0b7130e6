import * as v from 'valibot';
import { InternalError, UnknownPlatform } from '../errors.ts';

/** The platforms there are. */
export const SPOTIFY = 'spotify';

/** @throws UnknownPlatform for any other than `spotify`. */
export function requireKnownPlatform(slug: string): typeof SPOTIFY {
  if (slug !== SPOTIFY) throw new UnknownPlatform('the platform is not supported');
  return SPOTIFY;
}

const Bytes: v.GenericSchema<Uint8Array> = v.instance(Uint8Array);

/** A user's connection to Spotify: the account table's item under `connectionKey`. */
const ConnectionItem = v.object({
  /** Random, new with every consent: what was begun under another one can no longer write. */
  connectionId: v.string(),
  accountId: v.string(),
  scopes: v.array(v.string()),
  /** Of our application that asked for the consent: its tokens work for no other. */
  clientId: v.optional(v.string()),
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

/** What codes were exchanged for, sealed, while their connections are not complete. Apart, because it ends by itself. */
export const grantKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'grant:spotify' });

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

/** Spotify's rule of 2026: a refresh token dies six months after the consent; refreshing does not prolong it. */
const CONSENT_MONTHS = 6;
/** From then on the user is asked to renew it. */
const REMIND_AFTER_MONTHS = 5;

/** When the consent ends, epoch milliseconds. */
export const reauthorizeByMs = (authorizedAtMs: number): number =>
  monthsAfter(authorizedAtMs, CONSENT_MONTHS);

/** From when on the user should renew it, epoch milliseconds. */
export const reauthorizeSoonFromMs = (authorizedAtMs: number): number =>
  monthsAfter(authorizedAtMs, REMIND_AFTER_MONTHS);

/** The same day and time (UTC) `months` later; the last day of the month where it is shorter. */
function monthsAfter(fromMs: number, months: number): number {
  const date = new Date(fromMs);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // 31 August + 6 months overflows into March: day 0 is the last of the month before.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}
