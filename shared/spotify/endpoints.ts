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
