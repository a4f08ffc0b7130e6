import { expect, test } from 'vitest';
import { spotifyEndpoints } from '../../../shared/spotify/endpoints.ts';

test('Spotify is where it is, unless the environment says otherwise', () => {
  expect(spotifyEndpoints({})).toEqual({
    accountsUrl: 'https://accounts.spotify.com',
    apiUrl: 'https://api.spotify.com',
  });
  expect(
    spotifyEndpoints({
      SPOTIFY_ACCOUNTS_URL: 'http://127.0.0.1:3001/',
      SPOTIFY_API_URL: 'http://127.0.0.1:3001',
    }),
  ).toEqual({ accountsUrl: 'http://127.0.0.1:3001', apiUrl: 'http://127.0.0.1:3001' });
});
