import { systemClock } from '../shared/clock.ts';
import { connectPlatform } from '../shared/contract/routes.ts';
import { accountTable } from '../shared/deployment.ts';
import { requiredEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { createConnect } from '../shared/platforms/connecting.ts';
import { requireKnownPlatform } from '../shared/platforms/connection.ts';
import { createOAuthStateStore } from '../shared/platforms/oauth-state-store.ts';
import { spotifyEndpoints } from '../shared/spotify/endpoints.ts';

/** Spotify itself is not called: the id of our application is enough. */
const connect = createConnect({
  accountsUrl: spotifyEndpoints().accountsUrl,
  clientId: requiredEnv('SPOTIFY_CLIENT_ID'),
  redirectUri: requiredEnv('SPOTIFY_REDIRECT_URI'),
  states: createOAuthStateStore(accountTable()),
});

/** Where the user consents. */
export const handler = api(connectPlatform, async ({ userId, body }) => {
  requireKnownPlatform(body.platform_slug);
  const { authorizationUrl, state, expiresAtMs } = await connect(userId, systemClock.nowMs());
  return { authorization_url: authorizationUrl, state, expires_at: new Date(expiresAtMs).toISOString() };
});
