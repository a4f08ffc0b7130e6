import { syncFromEnv } from '../shared/artists/environment.ts';
import { bansFromEnv } from '../shared/cache/environment.ts';
import { systemClock } from '../shared/clock.ts';
import { syncArtists } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { SYNC_NEEDS } from '../shared/needs.ts';
import { respectCooldown } from '../shared/platforms/respect-cooldown.ts';
import type { SpotifyCall } from '../shared/spotify/usage.ts';
import { withDeadline } from '../shared/spotify/with-deadline.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const bans = bansFromEnv(db);
const syncPlays = syncFromEnv(db);
const observed = observerFromEnv();

/** Reads the plays since the last sync. The cached list stays as it is. */
export const handler = api(syncArtists, async ({ userId }, context) => {
  const nowMs = systemClock.nowMs();
  const { newPlays, artistsUpdated, syncedAtMs } = await observed((observe) => {
    const sync = (call: SpotifyCall) => {
      observe({ name: 'platform-asked', usage: call.usage });
      return syncPlays(userId, nowMs, call);
    };
    const inTime = () => withDeadline(context.getRemainingTimeInMillis(), sync);
    return respectCooldown({ bans, clock: systemClock, observe }, SYNC_NEEDS, inTime);
  });
  return {
    new_plays: newPlays,
    artists_updated: artistsUpdated,
    synced_at: new Date(syncedAtMs).toISOString(),
  };
});
