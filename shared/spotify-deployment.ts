import type { Context } from 'aws-lambda';
import { createComputeArtists } from './artists/compute-artists.ts';
import { createPlaysStore } from './artists/plays-store.ts';
import { createSelectionStore } from './artists/selection.ts';
import { createSyncPace } from './artists/sync-plays.ts';
import { createBanStore } from './cache/ban-store.ts';
import type { Compute } from './cache/computation.ts';
import { systemClock } from './clock.ts';
import { accountTable, cacheTable, observerFromEnv } from './deployment.ts';
import { requiredEnv } from './env.ts';
import { SPOTIFY } from './platforms/connection.ts';
import { createConnectionStore } from './platforms/connection-store.ts';
import { createOAuthStateStore } from './platforms/oauth-state-store.ts';
import { createRefreshAccess } from './platforms/refresh-access.ts';
import { respectCooldown } from './platforms/respect-cooldown.ts';
import { createRevocationStorm } from './platforms/revocation-storm.ts';
import { createDataKeys, createTokenVault } from './platforms/token-vault.ts';
import { type SpotifyCall, withDeadline } from './spotify/call.ts';
import { createClientCredentials } from './spotify/client-credentials.ts';
import { spotifyEndpoints } from './spotify/endpoints.ts';
import { createTokenEndpoint } from './spotify/token-endpoint.ts';
import { createWebApi } from './spotify/web-api.ts';

/** Spotify as this deployment reaches it. Nothing is called before it is used. */
function spotifyFromEnv() {
  const { accountsUrl, apiUrl } = spotifyEndpoints();
  const credentials = createClientCredentials({
    clientId: requiredEnv('SPOTIFY_CLIENT_ID'),
    secretId: requiredEnv('SPOTIFY_SECRET_ID'),
    clock: systemClock,
  });
  return {
    tokenEndpoint: createTokenEndpoint({ accountsUrl, credentials, clock: systemClock }),
    webApi: createWebApi({ apiUrl, clock: systemClock }),
  };
}

/** Seals with this deployment's key. */
const vaultFromEnv = () =>
  createTokenVault({ dataKeys: createDataKeys({ keyId: requiredEnv('TOKEN_KEY_ID') }), platform: SPOTIFY });

/** What completes a connection. */
export const completingFromEnv = () => ({
  ...spotifyFromEnv(),
  states: createOAuthStateStore(accountTable()),
  clientId: requiredEnv('SPOTIFY_CLIENT_ID'),
  redirectUri: requiredEnv('SPOTIFY_REDIRECT_URI'),
  connections: createConnectionStore(accountTable()),
  vault: vaultFromEnv(),
  clock: systemClock,
});

/** What reads a user's account, and the plays beside the connection. */
function accountAccessFromEnv() {
  const { tokenEndpoint, webApi } = spotifyFromEnv();
  const connections = createConnectionStore(accountTable());
  return {
    webApi,
    playsStore: createPlaysStore(accountTable()),
    refreshAccess: createRefreshAccess({
      connections,
      vault: vaultFromEnv(),
      tokenEndpoint,
      storm: createRevocationStorm({ ...cacheTable(), clock: systemClock }),
      clientId: requiredEnv('SPOTIFY_CLIENT_ID'),
      clock: systemClock,
    }),
  };
}

/** What brings plays up to date. */
export const syncingFromEnv = () => ({
  ...accountAccessFromEnv(),
  pace: createSyncPace(accountTable()),
  clock: systemClock,
});

/**
 * Runs what a request asks of Spotify outside of a computation: within the bans that `needs` names, counted, and given
 * up while there is time to answer.
 */
export function askSpotifyFromEnv(needs: readonly string[]) {
  const bans = createBanStore(cacheTable());
  const observed = observerFromEnv();
  return <T>(context: Context, work: (call: SpotifyCall) => Promise<T>): Promise<T> =>
    observed((observe) =>
      withDeadline(context.getRemainingTimeInMillis(), (call) => {
        observe({ name: 'platform-asked', usage: call.usage });
        return respectCooldown({ bans, clock: systemClock, observe }, needs, call, work);
      }),
    );
}

/** Kept, because it holds what is read once only: our credentials with Spotify, and connections that stay open. */
let computeArtists: Compute | undefined;

/** Computes the list of a user. */
export const computeList: Compute = (job) => {
  computeArtists ??= createComputeArtists({
    ...accountAccessFromEnv(),
    selectionStore: createSelectionStore(accountTable()),
    clock: systemClock,
  });
  return computeArtists(job);
};
