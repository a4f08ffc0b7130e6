import { cacheFromEnv } from '../shared/cache/environment.ts';
import { systemClock } from '../shared/clock.ts';
import { getProfile } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { describeArtists } from '../shared/platforms/describe-artists.ts';
import { describePlatforms } from '../shared/platforms/describe-platforms.ts';
import { connectionsFromEnv } from '../shared/platforms/environment.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const cache = cacheFromEnv(db);
const connections = connectionsFromEnv(db);

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
