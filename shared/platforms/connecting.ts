import type { ArtistsCache } from '../cache/artists-cache.ts';
import type { ComputationStore } from '../cache/computation-store.ts';
import type { Clock } from '../clock.ts';
import { authorizationUrl, newVerifier } from '../spotify/endpoints.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { OAuthStateStore } from './oauth-state-store.ts';

interface ConnectDeps {
  states: OAuthStateStore;
  clientId: string;
  accountsUrl: string;
  redirectUri: string;
}

/** Begins a connection: where the user consents, and the state by which the consent is recognised for 10 minutes. */
export function createConnect({ states, clientId, accountsUrl, redirectUri }: ConnectDeps) {
  return async function connect(userId: string, nowMs: number) {
    const verifier = newVerifier();
    const { state, expiresAtMs } = await states.begin(userId, verifier, nowMs);
    return {
      authorizationUrl: authorizationUrl({ accountsUrl, clientId, redirectUri, state, verifier }),
      state,
      expiresAtMs,
    };
  };
}

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
 * and store a list that would never be deleted.
 */
export function createDisconnect({ connections, forgetList }: DisconnectDeps) {
  return async function disconnect(userId: string): Promise<void> {
    await connections.remove(userId);
    await forgetList(userId);
  };
}

/**
 * Forgets everything cached for a user: back-off and lease, then the list. In this order, because deleting the list is
 * what makes every computation in flight void: a computation that begins between the two is refused with the others,
 * and what it may still write of its failure, it learned from the connection as it is now. A crash between the two
 * leaves the list, and the caller, who has no answer yet, asks again.
 */
export async function forgetList(
  deps: {
    cache: ArtistsCache;
    computations: ComputationStore;
    clock: Pick<Clock, 'nowMs'>;
  },
  userId: string,
): Promise<void> {
  await deps.computations.forget(userId);
  await deps.cache.invalidateUser(userId, deps.clock.nowMs());
}
