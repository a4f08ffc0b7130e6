import type { ArtistsCache } from '../cache/artists-cache.ts';
import type { Observe } from '../cache/events.ts';
import type { SelectionStore } from './selection-store.ts';

interface ToggleDeps {
  cache: Pick<ArtistsCache, 'markAsOutdated'>;
  selections: SelectionStore;
  observe?: Observe;
}

/**
 * Sets or, when `selected` is undefined, flips the selection, then makes the cached list a fallback only. In this
 * order: a computation that read the old selection began before, and the second write makes it void. A crash between
 * the two leaves no answer; asking again completes it, because the list then is not in step with the selection. A
 * toggle that changes nothing finds the list in step and leaves it alone.
 *
 * @returns whether the artist is selected now
 * @throws SelectionLimitReached or StorageUnavailable. Asking again sets things right, unless it flips.
 */
export async function toggleArtist(
  { cache, selections, observe }: ToggleDeps,
  userId: string,
  artistId: string,
  wanted: boolean | undefined,
  nowMs: number,
): Promise<boolean> {
  const { selected, revision } = await selections.set(userId, artistId, wanted);
  observe?.({ name: 'toggled' });
  await cache.markAsOutdated(userId, revision, nowMs);
  return selected;
}
