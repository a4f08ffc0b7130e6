import { PlatformScopeMissing } from '../errors.ts';
import { OwnProfileReply } from '../spotify/schemas.ts';
import { REQUIRED_SCOPES } from '../spotify/scopes.ts';
import type { TokenEndpoint, Tokens } from '../spotify/token-endpoint.ts';
import { ApplicationTrouble, unavailable } from '../spotify/unavailable.ts';
import type { SpotifyCall } from '../spotify/usage.ts';
import type { WebApi } from '../spotify/web-api.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { OAuthStateStore } from './oauth-state-store.ts';
import type { TokenVault } from './token-vault.ts';

interface CompleteConnectionDeps {
  states: OAuthStateStore;
  connections: ConnectionStore;
  vault: TokenVault;
  tokenEndpoint: TokenEndpoint;
  webApi: WebApi;
  redirectUri: string;
  /** Deletes the user's cached list and makes every computation of it that is under way void. */
  forgetList: (userId: string) => Promise<unknown>;
}

/**
 * Completes a connection with what the redirect brought: the code is exchanged, the account looked up, the tokens are
 * stored sealed, and what was cached of the account before is deleted.
 *
 * The list is forgotten on both sides of storing. After it, because a computation of the old connection may have
 * stored its list until then; once the new connection is there, none begins any more, and forgetting makes those under
 * way void. Before it, so that a crash between the two leaves no list of another account to be read.
 *
 * @throws InvalidState, AuthorizationFailed, PlatformScopeMissing, PlatformRateLimited, PlatformUnavailable,
 * StorageUnavailable, or the signal's reason.
 */
export function createCompleteConnection(deps: CompleteConnectionDeps) {
  const { states, connections, vault, tokenEndpoint, webApi, redirectUri, forgetList } = deps;

  async function readAccountId(tokens: Tokens, call: SpotifyCall): Promise<string> {
    const renew = () =>
      Promise.reject(
        unavailable('Spotify refuses a new access token', { cause: new ApplicationTrouble('unauthorized') }),
      );
    const session = webApi.open({ accessToken: tokens.accessToken, renew, ...call });
    const profile = await session.get('/v1/me', {}, OwnProfileReply);
    return profile.account_id ?? profile.id;
  }

  return async function completeConnection(
    userId: string,
    { code, state }: { code: string; state: string },
    nowMs: number,
    call: SpotifyCall,
  ): Promise<{ connectedAtMs: number }> {
    const verifier = await states.consume(userId, state, nowMs);
    const tokens = await tokenEndpoint.exchangeCode({ code, verifier, redirectUri }, call);
    const { refreshToken } = tokens;
    if (refreshToken === undefined) throw unavailable('Spotify gave no refresh token');
    requireScopes(tokens);
    const [accountId, key] = await Promise.all([readAccountId(tokens, call), vault.newKey(userId)]);
    await forgetList(userId);
    await connections.connect(userId, {
      accountId,
      scopes: tokens.scopes,
      authorizedAtMs: nowMs,
      dataKey: key.sealed,
      refreshToken: key.seal(refreshToken),
    });
    await forgetList(userId);
    return { connectedAtMs: nowMs };
  };
}

function requireScopes({ scopes }: Tokens): void {
  const missing = REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) throw new PlatformScopeMissing(`the user did not grant ${missing.join(', ')}`);
}
