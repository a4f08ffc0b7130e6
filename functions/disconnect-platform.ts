import { cacheFromEnv, computationsFromEnv } from '../shared/cache/environment.ts';
import type { Observe } from '../shared/cache/events.ts';
import { forgetList } from '../shared/cache/forget-list.ts';
import { systemClock } from '../shared/clock.ts';
import { disconnectPlatform } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { createDisconnect } from '../shared/platforms/disconnect.ts';
import { connectionsFromEnv } from '../shared/platforms/environment.ts';
import { requireKnownPlatform } from '../shared/platforms/platform.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const cache = cacheFromEnv(db);
const computations = computationsFromEnv(db);
const connections = connectionsFromEnv(db);
const observed = observerFromEnv();

const disconnectObserved = (observe: Observe) =>
  createDisconnect({
    connections,
    forgetList: (userId) => forgetList({ cache, computations, clock: systemClock, observe }, userId),
  });

/** Forgets the platform and everything that came from it. */
export const handler = api(disconnectPlatform, async ({ userId, body }) => {
  const platform = requireKnownPlatform(body.platform_slug);
  await observed((observe) => disconnectObserved(observe)(userId));
  return { platform_slug: platform, status: 'disconnected' as const };
});
