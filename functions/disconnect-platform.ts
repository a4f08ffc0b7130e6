import { disconnectPlatform } from '../shared/contract/routes.ts';
import { accountTable, forgetListFromEnv } from '../shared/deployment.ts';
import { api } from '../shared/http/api.ts';
import { createDisconnect } from '../shared/platforms/connecting.ts';
import { requireKnownPlatform } from '../shared/platforms/connection.ts';
import { createConnectionStore } from '../shared/platforms/connection-store.ts';

const disconnect = createDisconnect({
  connections: createConnectionStore(accountTable()),
  forgetList: forgetListFromEnv(),
});

/** Forgets the platform and everything that came from it. */
export const handler = api(disconnectPlatform, async ({ userId, body }) => {
  const platform = requireKnownPlatform(body.platform_slug);
  await disconnect(userId);
  return { platform_slug: platform, status: 'disconnected' as const };
});
