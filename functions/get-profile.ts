import { systemClock } from '../shared/clock.ts';
import { getProfile } from '../shared/contract/routes.ts';
import { accountTable, cacheFromEnv } from '../shared/deployment.ts';
import { api } from '../shared/http/api.ts';
import { createConnectionStore } from '../shared/platforms/connection-store.ts';
import { describeArtists, describePlatforms } from '../shared/platforms/profile.ts';

const cache = cacheFromEnv();
const connections = createConnectionStore(accountTable());

/** What is known of the user. Looks, and touches nothing. */
export const handler = api(getProfile, async ({ userId }) => {
  const nowMs = systemClock.nowMs();
  const [connection, found] = await Promise.all([connections.read(userId), cache.get(userId, 0, 1, nowMs)]);
  return {
    user_id: userId,
    platforms: describePlatforms(connection, nowMs),
    artists: describeArtists(found, connection),
  };
});
