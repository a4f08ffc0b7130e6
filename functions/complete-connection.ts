import { systemClock } from '../shared/clock.ts';
import { completeConnection as route } from '../shared/contract/routes.ts';
import { forgetListFromEnv } from '../shared/deployment.ts';
import { api } from '../shared/http/api.ts';
import { createCompleteConnection } from '../shared/platforms/complete-connection.ts';
import { reauthorizeByMs, requireKnownPlatform } from '../shared/platforms/connection.ts';
import { askSpotifyFromEnv, completingFromEnv } from '../shared/spotify-deployment.ts';
import { CONNECT_NEEDS } from '../shared/spotify-platform.ts';

const askSpotify = askSpotifyFromEnv(CONNECT_NEEDS);
const complete = createCompleteConnection({ ...completingFromEnv(), forgetList: forgetListFromEnv() });

/** The user came back from the platform with a code. */
export const handler = api(route, async ({ userId, body }, context) => {
  const platform = requireKnownPlatform(body.platform_slug);
  const nowMs = systemClock.nowMs();
  const { connectedAtMs } = await complete(userId, body, nowMs, (work) => askSpotify(context, work));
  return {
    platform_slug: platform,
    status: 'connected' as const,
    connected_at: new Date(connectedAtMs).toISOString(),
    reauthorize_by: new Date(reauthorizeByMs(connectedAtMs)).toISOString(),
  };
});
