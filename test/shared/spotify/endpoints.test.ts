import { expect, test } from 'vitest';
import {
  authorizationUrl,
  challengeOf,
  newVerifier,
  spotifyEndpoints,
} from '../../../shared/spotify/endpoints.ts';

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

test('asks for a code with PKCE S256, all scopes and the state', () => {
  const url = new URL(
    authorizationUrl({
      accountsUrl: 'https://accounts.spotify.com',
      clientId: 'our-client',
      redirectUri: 'https://app.example/callback?from=spotify',
      state: 'a-state',
      verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    }),
  );
  expect(url.origin + url.pathname).toBe('https://accounts.spotify.com/authorize');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: 'our-client',
    response_type: 'code',
    redirect_uri: 'https://app.example/callback?from=spotify',
    scope: 'user-top-read user-follow-read user-read-recently-played user-library-read',
    state: 'a-state',
    // Who connects again may choose another account.
    show_dialog: 'true',
    code_challenge_method: 'S256',
    // The example of RFC 7636, appendix B.
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  });
});

test('a verifier is 43 unreserved characters, and never the same', () => {
  expect(newVerifier()).toMatch(/^[\w-]{43}$/);
  expect(newVerifier()).not.toBe(newVerifier());
  expect(challengeOf(newVerifier())).toMatch(/^[\w-]{43}$/);
});
