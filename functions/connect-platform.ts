import { systemClock } from '../shared/clock.ts';
import { connectPlatform } from '../shared/contract/routes.ts';
import { requiredEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { createConnect } from '../shared/platforms/connect.ts';
import { oauthStatesFromEnv } from '../shared/platforms/environment.ts';
import { requireKnownPlatform } from '../shared/platforms/platform.ts';
import { spotifyFromEnv } from '../shared/spotify/environment.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const connect = createConnect({
  ...spotifyFromEnv(systemClock),
  states: oauthStatesFromEnv(createDocumentClient()),
  redirectUri: requiredEnv('SPOTIFY_REDIRECT_URI'),
});

/** Where the user consents. */
export const handler = api(connectPlatform, async ({ userId, body }) => {
  requireKnownPlatform(body.platform_slug);
  const { authorizationUrl, state, expiresAtMs } = await connect(userId, systemClock.nowMs());
  return { authorization_url: authorizationUrl, state, expires_at: new Date(expiresAtMs).toISOString() };
});
