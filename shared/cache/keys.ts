import { hash } from 'node:crypto';

/**
 * The keys of the cache table. The kind stands first and the user id last, so that no user id, whatever it holds,
 * can name another user's item or an item of another kind.
 */

/** The one item that holds a user's list. */
export const entryKey = (userId: string) => ({ pk: `user_artists:${userId}` });

/** Who computes the list now, and until when no request may try again. */
export const computationKey = (userId: string) => ({ pk: `computation:${userId}` });

/** What did not fit into the entry. `generation` names the list it belongs to; `part` counts from 1. */
export const partKey = (userId: string, generation: string, part: number) => ({
  pk: `part:${generation}:${part}:${userId}`,
});

/** Until when no function may call the platform. */
export const cooldownKey = { pk: 'cooldown:spotify' };

/** How many computations were let in after a ban, in one second and shard: `cooldown:` as the bans that it belongs to. */
export const ticketKey = (slot: number, shard: number) => ({ pk: `${cooldownKey.pk}:${slot}#${shard}` });

/** How many consents were called revoked lately, in the whole application. */
export const revocationsKey = { pk: 'revocations:spotify' };

/** The sparse index by which the sweep finds what has expired. */
export const EXPIRY_INDEX = 'byExpiryHour';
/** What the index carries beside its keys. */
export const EXPIRY_INDEX_ATTRIBUTES = ['userId', 'generation', 'bytes', 'layout', 'isStale'] as const;

/**
 * Into how many partitions the lists of one expiry hour are spread. All that is computed now expires in the same hour,
 * and a partition takes 1,000 write units a second: the 5,000 requests a second that the gateway lets through stay
 * below a third of that, were each of them a computation.
 */
export const EXPIRY_SHARDS = 16;

/** The partition of the expiry index that a user's list is in: the UTC hour and a shard, as in `2026-11-22T16#3`. */
export const expiryHour = (userId: string, expiresAtSeconds: number) =>
  shardOfHour(expiresAtSeconds, hash('sha256', userId, 'buffer').readUInt32BE() % EXPIRY_SHARDS);

/** All partitions of the hour of a second. */
export const expiryShards = (expiresAtSeconds: number): string[] =>
  Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shardOfHour(expiresAtSeconds, shard));

const shardOfHour = (expiresAtSeconds: number, shard: number) =>
  `${new Date(expiresAtSeconds * 1000).toISOString().slice(0, 13)}#${shard}`;
