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
