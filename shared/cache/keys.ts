/**
 * The keys of the cache table. The kind stands first and the user id last, so that no user id, whatever it holds,
 * can name another user's item or an item of another kind.
 */

/** The one item that holds a user's list. */
export const entryKey = (userId: string) => ({ pk: `user_artists:${userId}` });

/** Who computes the list now, and until when nobody may try again. */
export const computationKey = (userId: string) => ({ pk: `computation:${userId}` });

/** What did not fit into the entry. `generation` names the list it belongs to; `part` counts from 1. */
export const partKey = (userId: string, generation: string, part: number) => ({
  pk: `part:${generation}:${part}:${userId}`,
});

/** Until when nobody in the whole application may call Spotify. */
export const cooldownKey = { pk: 'cooldown:spotify' };

/** The sparse index by which the sweep finds what has expired. */
export const EXPIRY_INDEX = 'byExpiryHour';
/** What the index carries beside its keys. */
export const EXPIRY_INDEX_ATTRIBUTES = ['userId', 'generation', 'bytes', 'layout', 'isStale'] as const;

/** The partition of the expiry index: the UTC hour, as in `2026-11-22T16`. */
export const expiryHour = (expiresAtSeconds: number) =>
  new Date(expiresAtSeconds * 1000).toISOString().slice(0, 13);
