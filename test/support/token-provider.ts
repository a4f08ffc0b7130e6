import { PlatformRevoked } from '../../shared/errors.ts';
import type { TokenEndpoint } from '../../shared/spotify/token-endpoint.ts';

/**
 * A token endpoint that rotates, with the choices that a provider has: whether a token that was used lives on, and
 * whether a newer one of the same consent ends the older. Each call waits for its turn, so that a test decides the order.
 */
export function aRotatingProvider(
  policy: { usedTokensLiveOn: boolean; newestOnly: boolean },
  turn: () => Promise<void> = async () => undefined,
) {
  let issued = 0;
  const alive = new Set<string>();
  const refusals: string[] = [];

  function issue(): string {
    if (policy.newestOnly) alive.clear();
    issued += 1;
    const token = `refresh-${issued}`;
    alive.add(token);
    return token;
  }

  const refresh: TokenEndpoint['refresh'] = async (used, { usage, signal }) => {
    await turn();
    usage.calls += 1;
    if (!alive.has(used)) {
      refusals.push(used);
      usage.revocations += 1;
      throw new PlatformRevoked('Spotify refuses the refresh token');
    }
    if (!policy.usedTokensLiveOn) alive.delete(used);
    const refreshToken = issue();
    await turn();
    // As fetch would: a caller that gave up does not get the reply.
    signal.throwIfAborted();
    return { accessToken: `access-${refreshToken}`, refreshToken, scopes: [] };
  };

  return {
    endpoint: { refresh, prepare: async () => undefined } as unknown as TokenEndpoint,
    issue,
    refusals,
    issued: () => issued,
    revoke: (token: string) => alive.delete(token),
    revokeAll: () => alive.clear(),
  };
}
