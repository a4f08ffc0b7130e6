import { authorizationUrl, newVerifier } from '../spotify/authorization-url.ts';
import type { CredentialSource } from '../spotify/client-credentials.ts';
import type { OAuthStateStore } from './oauth-state-store.ts';

interface ConnectDeps {
  states: OAuthStateStore;
  credentials: CredentialSource;
  accountsUrl: string;
  redirectUri: string;
}

/** Begins a connection: where the user consents, and the state by which the consent is recognised for 10 minutes. */
export function createConnect({ states, credentials, accountsUrl, redirectUri }: ConnectDeps) {
  return async function connect(userId: string, nowMs: number) {
    const { clientId } = await credentials.read();
    const verifier = newVerifier();
    const { state, expiresAtMs } = await states.begin(userId, verifier, nowMs);
    return {
      authorizationUrl: authorizationUrl({ accountsUrl, clientId, redirectUri, state, verifier }),
      state,
      expiresAtMs,
    };
  };
}
