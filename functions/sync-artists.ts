import { createSyncPlays } from '../shared/artists/sync-plays.ts';
import { systemClock } from '../shared/clock.ts';
import { syncArtists } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { askSpotifyFromEnv, syncingFromEnv } from '../shared/spotify-deployment.ts';
import { SYNC_NEEDS } from '../shared/spotify-platform.ts';

const askSpotify = askSpotifyFromEnv(SYNC_NEEDS);
const syncPlays = createSyncPlays(syncingFromEnv());

/** Reads the plays since the last sync. The cached list stays as it is. */
export const handler = api(syncArtists, async ({ userId }, context) => {
  const nowMs = systemClock.nowMs();
  const synced = await syncPlays(userId, nowMs, (work) => askSpotify(context, work));
  return {
    new_plays: synced.newPlays,
    artists_updated: synced.artistsUpdated,
    synced_at: new Date(synced.syncedAtMs).toISOString(),
  };
});
