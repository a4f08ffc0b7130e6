import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, inject, test } from 'vitest';
import { aConnectedUser, aToken, aUser, H3 } from '../support/a-user.ts';
import { type HttpReply, http } from '../support/http-client.ts';

/* CONTRACT §§1–2, line by line. What needs a clock or a fault of storage is named where it is tested beside the code. */

const stack = inject('stack');
const ARTIST = '70kkdajctXSbqSMJbQO424';
const RECONNECT = [{ action: 'reconnect', platform_slug: 'spotify' }];

const expectCode = (reply: HttpReply, status: number, code: string) =>
  expect([reply.status, reply.json?.success, reply.json?.error?.code], reply.text).toEqual([
    status,
    false,
    code,
  ]);

describe('§1 Identity', () => {
  const profile = (headers: Record<string, string>) =>
    http('GET', `${stack.apiUrl}/api/user/profile`, { headers });

  test('no token, a bad or an expired one: 401', async () => {
    const expired = await aToken(stack, { user: 'alice', expires_in: -60 });
    for (const authorization of ['', 'Bearer', 'Bearer not.a.jwt', `Bearer ${expired}`]) {
      expect((await profile({ authorization })).status).toBe(401);
    }
    expect((await http('GET', `${stack.apiUrl}/api/user/profile`)).status).toBe(401);
  });

  test('a route whose scope the token lacks: 403', async () => {
    const user = await aUser(stack);
    expect((await user.call('GET', '/api/cache/stats')).status).toBe(403);
  });

  test('the user is the claim `sub`: no path, query or body carries a user id', async () => {
    const user = await aUser(stack);
    expect((await user.profile()).json.data.user_id).toBe(user.id);
    expectCode(await user.artists('?user_id=bob'), 400, 'VALIDATION_FAILED');
    const body = { artist_id: ARTIST, selected: true, user_id: 'bob' };
    expectCode(await user.call('POST', '/api/user/artists/toggle', { body }), 400, 'VALIDATION_FAILED');
  });

  test('a user whose id looks like a key of the store is a user like any other', async () => {
    const plain = await aConnectedUser(stack);
    await plain.artists();
    for (const id of [`computation:${plain.id}`, `${plain.id}#computation`, `user_artists:${plain.id}`]) {
      const odd = await aUser(stack, id);
      expectCode(await odd.artists(), 409, 'PLATFORM_NOT_CONNECTED');
      expect((await odd.disconnect()).status).toBe(200);
    }
    expect((await plain.artists()).json.data.cached).toBe(true);
  });
});

describe('§2 Envelope', () => {
  test('success: { success: true, data }', async () => {
    const { json } = await (await aUser(stack)).profile();
    expect(Object.keys(json).sort()).toEqual(['data', 'success']);
    expect(json.success).toBe(true);
  });

  test('failure: code, message for a person, request id', async () => {
    const { json, headers } = await (await aUser(stack)).artists();
    expect(json).toEqual({
      success: false,
      error: {
        code: 'PLATFORM_NOT_CONNECTED',
        message: 'Aucun compte Spotify n’est connecté.',
        request_id: headers.get('x-request-id'),
      },
    });
  });

  test.each([
    [undefined, 'fr', 'Aucun compte Spotify n’est connecté.'],
    ['en', 'en', 'No Spotify account is connected.'],
    ['en_US', 'en', 'No Spotify account is connected.'],
    ['fr-CA', 'fr', 'Aucun compte Spotify n’est connecté.'],
    ['fr;q=0.4, en;q=0.6', 'en', 'No Spotify account is connected.'],
    ['*', 'fr', 'Aucun compte Spotify n’est connecté.'],
    ['de', 'fr', 'Aucun compte Spotify n’est connecté.'],
  ])('messages: Accept-Language %s is answered in %s', async (accepted, language, message) => {
    const headers: Record<string, string> = accepted ? { 'accept-language': accepted } : {};
    const reply = await (await aUser(stack)).artists('', headers);
    expect([reply.headers.get('content-language'), reply.json.error.message]).toEqual([language, message]);
    expect(reply.headers.get('vary')).toContain('Accept-Language');
  });

  test('VALIDATION_FAILED: details names each field and why', async () => {
    const user = await aUser(stack);
    const reply = await user.artists('?page=-1&limit=0', { 'accept-language': 'en' });
    expectCode(reply, 400, 'VALIDATION_FAILED');
    expect(reply.json.error.details).toEqual([
      { field: 'page', reason: 'must be a whole number, at least 0' },
      { field: 'limit', reason: 'must be a whole number, 1 to 100' },
    ]);
    const french = await user.artists('?limit=0');
    expect(french.json.error.details).toEqual([
      { field: 'limit', reason: 'doit être un nombre entier, de 1 à 100' },
    ]);
    expectCode(await user.artists('?page=1&page=2'), 400, 'VALIDATION_FAILED');
    expectCode(await user.call('POST', '/api/user/artists/toggle', { raw: '{' }), 400, 'VALIDATION_FAILED');
    const large = { raw: JSON.stringify({ artist_id: ARTIST, selected: true, more: 'x'.repeat(11_000) }) };
    expectCode(await user.call('POST', '/api/user/artists/toggle', large), 400, 'VALIDATION_FAILED');
  });

  test.each(['connect', 'connect/complete', 'disconnect'])('UNKNOWN_PLATFORM: %s', async (path) => {
    const body = { platform_slug: 'deezer', ...(path === 'connect/complete' && { code: 'c', state: 's' }) };
    const reply = await (await aUser(stack)).call('POST', `/api/user/platforms/${path}`, { body });
    expectCode(reply, 400, 'UNKNOWN_PLATFORM');
  });

  test("INVALID_STATE: unknown, used before, or another user's", async () => {
    const [alice, bob] = [await aUser(stack), await aUser(stack)];
    const { code, state } = await alice.consent();
    expectCode(await alice.complete({ code, state: 'unknown' }), 400, 'INVALID_STATE');
    expectCode(await bob.complete({ code, state }), 400, 'INVALID_STATE');
    expect((await alice.complete({ code, state })).status).toBe(200);
    expectCode(await alice.complete({ code, state }), 400, 'INVALID_STATE');
  });

  test('AUTHORIZATION_FAILED: the platform refused the code', async () => {
    const user = await aUser(stack);
    const { state } = await user.consent();
    expectCode(await user.complete({ code: 'never-given', state }), 400, 'AUTHORIZATION_FAILED');
  });

  test('SPOTIFY_SCOPE_MISSING: the consent lacks a scope', async () => {
    const user = await aUser(stack);
    const begun = await user.call('POST', '/api/user/platforms/connect', {
      body: { platform_slug: 'spotify' },
    });
    const url = new URL(begun.json.data.authorization_url);
    url.searchParams.set('scope', 'user-top-read');
    const back = await http('GET', `${url}&approve=1&account=${user.account}`);
    const { searchParams } = new URL(back.headers.get('location') ?? '');
    const reply = await user.complete({ code: searchParams.get('code') ?? '', state: begun.json.data.state });
    expectCode(reply, 409, 'SPOTIFY_SCOPE_MISSING');
    expect(reply.json.error.details).toEqual(RECONNECT);
  });

  test('SPOTIFY_TOKEN_REVOKED: revoked, and no usable copy', async () => {
    const user = await aConnectedUser(stack);
    await user.spotify({ mode: 'revoked' });
    const reply = await user.artists();
    expectCode(reply, 409, 'SPOTIFY_TOKEN_REVOKED');
    expect(reply.json.error.details).toEqual(RECONNECT);
  });

  test.each(['down', 'slow', 'html502', 'malformed'])(
    'SPOTIFY_UNAVAILABLE: %s, and no usable copy',
    async (mode) => {
      const user = await aConnectedUser(stack);
      await user.spotify({ mode });
      const reply = await user.artists();
      expectCode(reply, 503, 'SPOTIFY_UNAVAILABLE');
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    },
  );

  test('SPOTIFY_RATE_LIMITED: Spotify said 429, and no usable copy', async () => {
    const user = await aConnectedUser(stack);
    await user.spotify({ mode: 'rate_limited', retry_after: 30 });
    const reply = await user.artists();
    expectCode(reply, 503, 'SPOTIFY_RATE_LIMITED');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(20);
    await http('POST', `${stack.apiUrl}/_local/forget-cooldown`);
  });

  test('SELECTION_LIMIT: more than 5,000 selected artists', async () => {
    const user = await aUser(stack);
    const selected = new Set(Array.from({ length: 5_000 }, (_, i) => String(i).padStart(22, '0')));
    const client = new DynamoDBClient({
      endpoint: stack.dynamodbUrl,
      region: 'local',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const Item = { pk: `user:${user.id}`, sk: 'selection', selected };
    const TableName = 'artists-cache-dev-account';
    await DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName, Item }));
    expectCode(await user.toggle(ARTIST, true), 409, 'SELECTION_LIMIT');
    expectCode(await user.toggle(ARTIST), 409, 'SELECTION_LIMIT');
    expect((await user.toggle('0'.repeat(22), false)).status).toBe(200);
    expect((await user.toggle(ARTIST, true)).status).toBe(200);
  });

  test('NOT_FOUND and METHOD_NOT_ALLOWED: no such route', async () => {
    expectCode(await http('GET', `${stack.apiUrl}/api/nothing`), 404, 'NOT_FOUND');
    expectCode(await http('DELETE', `${stack.apiUrl}/api/user/artists`), 405, 'METHOD_NOT_ALLOWED');
  });

  test('no stack, token, secret, table name or upstream body ever leaves the service', async () => {
    const user = await aConnectedUser(stack);
    await user.artists();
    await user.age(H3);
    for (const mode of ['html502', 'malformed', 'forbidden', 'revoked']) {
      await user.spotify({ mode });
      const { text } = await user.artists();
      expect(text).not.toMatch(/<html|Developer Dashboard|invalid_grant|artists-cache-|at \w+ \(|Bearer/);
      await user.age(60);
    }
  });
});
