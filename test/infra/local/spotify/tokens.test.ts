import { describe, expect, test } from 'vitest';
import { basic, CLIENT_ID, SCOPES, startSpotify } from './spotify-harness.ts';

const MINUTE_MS = 60_000;

describe('exchanging a code', () => {
  test('gives an access token of an hour, a refresh token and the scopes that were asked', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.exchange(await spotify.approve('alma'));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json).toEqual({
      access_token: expect.stringMatching(/^BQ[\w-]+$/),
      token_type: 'Bearer',
      scope: SCOPES,
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^AQ[\w-]+$/),
    });
  });

  test('a code works once', async () => {
    const spotify = await startSpotify();
    const code = await spotify.approve('alma');
    await spotify.exchange(code);
    const again = await spotify.exchange(code);
    expect(again.status).toBe(400);
    expect(again.json.error).toBe('invalid_grant');
  });

  test('a code lives for ten minutes', async () => {
    const spotify = await startSpotify();
    const [early, late] = [await spotify.approve('alma'), await spotify.approve('alma')];
    spotify.clock.advance(10 * MINUTE_MS - 1);
    expect((await spotify.exchange(early)).status).toBe(200);
    spotify.clock.advance(1);
    expect((await spotify.exchange(late)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'Authorization code expired',
    });
  });

  test.each([
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:3000/other' }, 'invalid_grant'],
    ['a wrong verifier', { code_verifier: 'not the one' }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_request'],
  ])('%s is refused, and the code is spent', async (_what, change, error) => {
    const spotify = await startSpotify();
    const code = await spotify.approve('alma');
    const refused = await spotify.exchange(code, change);
    expect(refused.status).toBe(400);
    expect(refused.json.error).toBe(error);
    expect((await spotify.exchange(code)).json.error_description).toBe('Invalid authorization code');
  });

  test('without a challenge no verifier is asked', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({
      account: 'alma',
      approve: '1',
      code_challenge: undefined,
      code_challenge_method: undefined,
    });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    expect((await spotify.exchange(code, { code_verifier: '' })).status).toBe(200);
  });
});

describe('refreshing', () => {
  test('gives another access token and no refresh token: the old one is to be kept', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const refreshed = await spotify.refresh(tokens.refresh_token);
    expect(refreshed.status).toBe(200);
    expect(refreshed.json).not.toHaveProperty('refresh_token');
    expect(refreshed.json.access_token).not.toBe(tokens.access_token);
    expect((await spotify.api('/v1/me', refreshed.json)).status).toBe(200);
    expect((await spotify.refresh(tokens.refresh_token)).status).toBe(200);
  });

  test('rotating gives a new refresh token and the old one is dead', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { rotate: true });
    const rotated = (await spotify.refresh(tokens.refresh_token)).json;
    expect(rotated.refresh_token).not.toBe(tokens.refresh_token);
    expect((await spotify.refresh(tokens.refresh_token)).json).toEqual({
      error: 'invalid_grant',
      error_description: 'Invalid refresh token',
    });
    expect((await spotify.refresh(rotated.refresh_token)).status).toBe(200);
  });

  test('a token that was never given is invalid_grant; none at all is invalid_request', async () => {
    const spotify = await startSpotify();
    expect((await spotify.refresh('made-up')).json.error).toBe('invalid_grant');
    expect((await spotify.refresh('')).json.error).toBe('invalid_request');
  });
});

describe('who may ask', () => {
  test.each([
    ['a wrong secret', { authorization: basic(CLIENT_ID, 'wrong') }],
    ['another client', { authorization: basic('another', 'test-secret') }],
    ['no authentication', { authorization: '' }],
  ])('%s is invalid_client and the code is not spent', async (_what, headers) => {
    const spotify = await startSpotify();
    const code = await spotify.approve('alma');
    const refused = await spotify.token({ grant_type: 'authorization_code', code }, headers);
    expect(refused.status).toBe(400);
    expect(refused.json.error).toBe('invalid_client');
    expect((await spotify.exchange(code)).status).toBe(200);
  });

  test.each([
    ['JSON instead of a form', { 'content-type': 'application/json' }, { grant_type: 'refresh_token' }],
    ['no grant type', {}, {}],
    ['another grant type', {}, { grant_type: 'client_credentials' }],
  ])('%s is unsupported_grant_type', async (_what, headers, form) => {
    const spotify = await startSpotify();
    const answer = await spotify.token(form, headers);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toBe('unsupported_grant_type');
  });
});
