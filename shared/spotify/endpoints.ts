import { hash, randomBytes } from 'node:crypto';
import type { PlatformBucket } from '../errors.ts';

/** Where Spotify is, without a trailing slash. */
export interface SpotifyEndpoints {
  accountsUrl: string;
  apiUrl: string;
}

export function spotifyEndpoints(env: NodeJS.ProcessEnv = process.env): SpotifyEndpoints {
  return {
    accountsUrl: withoutSlash(env.SPOTIFY_ACCOUNTS_URL || 'https://accounts.spotify.com'),
    apiUrl: withoutSlash(env.SPOTIFY_API_URL || 'https://api.spotify.com'),
  };
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** Spotify's paths by what it counts apart: what is not told apart here counts as the listener's own profile. */
export function bucketOf(path: string): PlatformBucket {
  if (path.endsWith('/api/token')) return 'token';
  const [, family] = /\/v1\/me\/(top|following|tracks|player)(?:\/|$)/.exec(path) ?? [];
  return (family as PlatformBucket | undefined) ?? 'me';
}

/** What a computation and a sync read; asked for together, so that one consent covers both. */
export const REQUIRED_SCOPES = [
  'user-top-read',
  'user-follow-read',
  'user-read-recently-played',
  'user-library-read',
] as const;

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
