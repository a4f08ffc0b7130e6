import type { ConnectionStore } from './connection-store.ts';

interface DisconnectDeps {
  connections: ConnectionStore;
  /** Deletes the user's cached list and makes every computation of it that is under way void. */
  forgetList: (userId: string) => Promise<unknown>;
}

/**
 * Forgets all that came from the platform: connection, tokens and plays, which are one item, then the cached list.
 *
 * In this order: once the connection is gone no computation can begin, and those under way become void with the list,
 * so that nothing can bring it back. A crash between the two leaves a list but no connection; the user, who has no
 * answer, asks again, and both steps may be repeated. The other way round a computation could begin between the two
 * and store a list that nobody would delete.
 */
export function createDisconnect({ connections, forgetList }: DisconnectDeps) {
  return async function disconnect(userId: string): Promise<void> {
    await connections.remove(userId);
    await forgetList(userId);
  };
}
