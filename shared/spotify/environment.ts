import type { Clock } from '../clock.ts';
import { requiredEnv } from '../env.ts';
import { createClientCredentials } from './client-credentials.ts';
import { spotifyEndpoints } from './endpoints.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { createWebApi } from './web-api.ts';

/** Spotify as this deployment reaches it. Calls nobody before it is used. */
export function spotifyFromEnv(clock: Clock) {
  const { accountsUrl, apiUrl } = spotifyEndpoints();
  const credentials = createClientCredentials({ secretId: requiredEnv('SPOTIFY_SECRET_ID'), clock });
  return {
    accountsUrl,
    credentials,
    tokenEndpoint: createTokenEndpoint({ accountsUrl, credentials, clock }),
    webApi: createWebApi({ apiUrl, clock }),
  };
}
