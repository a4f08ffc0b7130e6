import type { ArtistsCache } from '../cache/artists-cache.ts';
import type { SelectionStore } from './selection-store.ts';

/**
 * Sets or, when `selected` is undefined, flips the selection, then has the cached list follow. In this order: a
 * computation that reads the old selection began before, and the change of the cache makes it void.
 *
 * @returns whether the artist is selected now
 * @throws SelectionLimitReached or StorageUnavailable. Asking again sets things right, unless it flips.
 */
export async function toggleArtist(
  { cache, selections }: { cache: Pick<ArtistsCache, 'overlaySelection'>; selections: SelectionStore },
  userId: string,
  artistId: string,
  selected?: boolean,
): Promise<boolean> {
  const now = selected ?? (await selections.flip(userId, artistId));
  if (selected === true) await selections.select(userId, artistId);
  if (selected === false) await selections.deselect(userId, artistId);
  await cache.overlaySelection(userId, artistId, now);
  return now;
}
