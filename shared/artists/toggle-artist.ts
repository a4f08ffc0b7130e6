import type { ArtistsCache } from '../cache/artists-cache.ts';
import type { Observe } from '../cache/events.ts';
import type { SelectionStore } from './selection-store.ts';

interface ToggleDeps {
  cache: Pick<ArtistsCache, 'overlaySelection'>;
  selections: SelectionStore;
  observe?: Observe;
}

/** Each further round answers a toggle of the same artist that came in between: nobody taps that fast. */
const MAX_ROUNDS = 8;

/**
 * Sets or, when `selected` is undefined, flips the selection, then has the cached list follow. In this order: a
 * computation that reads the old selection began before, and the change of the cache makes it void. A crash between
 * the two leaves a list that nobody was told is outdated, and no answer; asking again sets it right.
 *
 * @returns whether the artist is selected now
 * @throws SelectionLimitReached or StorageUnavailable. Asking again sets things right, unless it flips.
 */
export async function toggleArtist(
  deps: ToggleDeps,
  userId: string,
  artistId: string,
  selected?: boolean,
): Promise<boolean> {
  const { selections } = deps;
  const now = selected ?? (await selections.flip(userId, artistId));
  if (selected === true) await selections.select(userId, artistId);
  if (selected === false) await selections.deselect(userId, artistId);
  deps.observe?.({ name: 'toggled' });
  await followSelection(deps, userId, artistId, now);
  return now;
}

/**
 * Lays the selection over the cached list until what lies there is what is stored: of two toggles at once, the one that
 * stored first may lay over last, and sees it when it looks again.
 */
async function followSelection(
  deps: ToggleDeps,
  userId: string,
  artistId: string,
  now: boolean,
): Promise<void> {
  let laid = now;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await layOver(deps, userId, artistId, laid);
    const stored = (await deps.selections.read(userId)).has(artistId);
    if (stored === laid) return;
    laid = stored;
  }
}

async function layOver({ cache, observe }: ToggleDeps, userId: string, artistId: string, selected: boolean) {
  const { newlyStale, expiresAtSeconds, removed } = await cache.overlaySelection(userId, artistId, selected);
  if (newlyStale && expiresAtSeconds) observe?.({ name: 'marked-stale', list: { expiresAtSeconds } });
  if (removed) observe?.({ name: 'removed', list: removed });
}
