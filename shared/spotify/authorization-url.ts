import { hash, randomBytes } from 'node:crypto';
import { REQUIRED_SCOPES } from './scopes.ts';

/** RFC 7636: 43 characters of the unreserved set, 256 bits. */
export const newVerifier = (): string => randomBytes(32).toString('base64url');

/** The S256 challenge of a verifier (RFC 7636, 4.2). */
export const challengeOf = (verifier: string): string => hash('sha256', verifier, 'base64url');

/**
 * Spotify's consent page: authorization code with PKCE, for all the scopes that we need. It is always shown, so that a
 * user who connects again may choose another account.
 */
export function authorizationUrl(asked: {
  accountsUrl: string;
  clientId: string;
  redirectUri: string;
  state: string;
  verifier: string;
}): string {
  const url = new URL(`${asked.accountsUrl}/authorize`);
  url.search = new URLSearchParams({
    client_id: asked.clientId,
    response_type: 'code',
    redirect_uri: asked.redirectUri,
    scope: REQUIRED_SCOPES.join(' '),
    state: asked.state,
    show_dialog: 'true',
    code_challenge_method: 'S256',
    code_challenge: challengeOf(asked.verifier),
  }).toString();
  return url.href;
}
