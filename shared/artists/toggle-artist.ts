import type { ArtistsCache } from '../cache/artists-cache.ts';
import type { Observe } from '../cache/events.ts';
import type { SelectionStore } from './selection-store.ts';

interface ToggleDeps {
  cache: Pick<ArtistsCache, 'overlaySelection'>;
  selections: SelectionStore;
  observe?: Observe;
}

/**
 * Sets or, when `selected` is undefined, flips the selection, then has the cached list follow. In this order: a
 * computation that reads the old selection began before, and the change of the cache makes it void.
 *
 * @returns whether the artist is selected now
 * @throws SelectionLimitReached or StorageUnavailable. Asking again sets things right, unless it flips.
 */
export async function toggleArtist(
  { cache, selections, observe }: ToggleDeps,
  userId: string,
  artistId: string,
  selected?: boolean,
): Promise<boolean> {
  const now = selected ?? (await selections.flip(userId, artistId));
  if (selected === true) await selections.select(userId, artistId);
  if (selected === false) await selections.deselect(userId, artistId);
  const { newlyStale, expiresAtSeconds, removed } = await cache.overlaySelection(userId, artistId, now);
  observe?.({ name: 'toggled' });
  if (newlyStale && expiresAtSeconds) observe?.({ name: 'marked-stale', list: { expiresAtSeconds } });
  if (removed) observe?.({ name: 'removed', list: removed });
  return now;
}
