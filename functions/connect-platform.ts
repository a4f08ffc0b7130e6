import { systemClock } from '../shared/clock.ts';
import { connectPlatform } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { createConnect } from '../shared/platforms/connecting.ts';
import { requireKnownPlatform } from '../shared/platforms/connection.ts';
import { connectingFromEnv } from '../shared/spotify-deployment.ts';

const connect = createConnect(connectingFromEnv());

/** Where the user consents. */
export const handler = api(connectPlatform, async ({ userId, body }) => {
  requireKnownPlatform(body.platform_slug);
  const { authorizationUrl, state, expiresAtMs } = await connect(userId, systemClock.nowMs());
  return { authorization_url: authorizationUrl, state, expires_at: new Date(expiresAtMs).toISOString() };
});
