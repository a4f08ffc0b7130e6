import { bansFromEnv, cacheFromEnv, computationsFromEnv } from '../shared/cache/environment.ts';
import type { Observe } from '../shared/cache/events.ts';
import { forgetList } from '../shared/cache/forget-list.ts';
import { systemClock } from '../shared/clock.ts';
import { completeConnection as route } from '../shared/contract/routes.ts';
import { requiredEnv } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { CONNECT_NEEDS } from '../shared/needs.ts';
import { createCompleteConnection } from '../shared/platforms/complete-connection.ts';
import { reauthorizeByMs } from '../shared/platforms/consent.ts';
import { connectionsFromEnv, oauthStatesFromEnv } from '../shared/platforms/environment.ts';
import { requireKnownPlatform } from '../shared/platforms/platform.ts';
import { respectCooldown } from '../shared/platforms/respect-cooldown.ts';
import { vaultFromEnv } from '../shared/platforms/vault-environment.ts';
import { spotifyFromEnv } from '../shared/spotify/environment.ts';
import type { SpotifyCall } from '../shared/spotify/usage.ts';
import { withDeadline } from '../shared/spotify/with-deadline.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const cache = cacheFromEnv(db);
const computations = computationsFromEnv(db);
const bans = bansFromEnv(db);
const observed = observerFromEnv();

const parts = {
  clock: systemClock,
  ...spotifyFromEnv(systemClock),
  states: oauthStatesFromEnv(db),
  connections: connectionsFromEnv(db),
  vault: vaultFromEnv(),
  redirectUri: requiredEnv('SPOTIFY_REDIRECT_URI'),
};

const completeObserved = (observe: Observe) =>
  createCompleteConnection({
    ...parts,
    forgetList: (userId) => forgetList({ cache, computations, clock: systemClock, observe }, userId),
  });

/** The user came back from the platform with a code. */
export const handler = api(route, async ({ userId, body }, context) => {
  const platform = requireKnownPlatform(body.platform_slug);
  const nowMs = systemClock.nowMs();
  const { connectedAtMs } = await observed((observe) => {
    const complete = (call: SpotifyCall) => {
      observe({ name: 'platform-asked', usage: call.usage });
      return completeObserved(observe)(userId, body, nowMs, call);
    };
    const inTime = () => withDeadline(context.getRemainingTimeInMillis(), complete);
    return respectCooldown({ bans, clock: systemClock, observe }, CONNECT_NEEDS, inTime);
  });
  return {
    platform_slug: platform,
    status: 'connected' as const,
    connected_at: new Date(connectedAtMs).toISOString(),
    reauthorize_by: new Date(reauthorizeByMs(connectedAtMs)).toISOString(),
  };
});
