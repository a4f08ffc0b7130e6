import { describe, expect, onTestFinished, test } from 'vitest';
import { apiError, json, plain, type Reply } from '../../infra/local/spotify/replies.ts';
import { startServiceInTime } from '../support/service-in-time.ts';
import { type Bend, bendJson } from '../support/spotify-in-memory.ts';

const HOUR = 3_600_000;
const TOKEN = '/api/token';

function start() {
  const service = startServiceInTime();
  onTestFinished(service.end);
  return service;
}

/** The next reply of the token endpoint takes so long; Spotify has done its work by then. */
function slowTokens(service: ReturnType<typeof start>, ms: number): Bend {
  let isFirst = true;
  return async (call, pass) => {
    const reply = await pass();
    if (!isFirst || call.path !== TOKEN) return reply;
    isFirst = false;
    await service.clock.sleep(ms);
    return reply;
  };
}

describe('a token that rotated while its reader was frozen with the reply is not lost', () => {
  async function withOldList(settings: object = {}) {
    const service = start();
    const user = await service.connected('alice', { rotate: true, ...settings });
    await user.artists();
    service.advance(4 * HOUR);
    return { service, user };
  }

  async function isWell({ service, user }: Awaited<ReturnType<typeof withOldList>>) {
    await service.settled();
    service.spotify.bend();
    await service.pass(60_000);
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh' });
    expect(await user.connection()).toMatchObject({ status: 'connected' });
  }

  test.each([4_600, 3_900, 4_999])('the reply comes after %i ms, the patience is 4 s', async (ms) => {
    const given = await withOldList();
    given.service.spotify.bend(slowTokens(given.service, ms));
    await given.user.artists();
    await isWell(given);
  });

  test('a sync beside the request, each waiting for the other’s token', async () => {
    const given = await withOldList();
    const { service, user } = given;
    service.spotify.bend(slowTokens(service, 700));
    const [synced, answer] = await service.until(Promise.all([user.sync(), user.artists()]));
    expect([synced.newPlays, answer.cacheStatus]).toEqual([30, 'fresh']);
    await isWell(given);
  });

  test('twelve requests and syncs at once', async () => {
    const given = await withOldList();
    const { service, user } = given;
    const work = Array.from({ length: 12 }, (_, i) => (i % 2 ? user.sync() : user.artists()));
    await service.until(Promise.allSettled(work));
    await isWell(given);
  });

  test('an access token that is refused, and the renewal slow', async () => {
    const given = await withOldList();
    const { service, user } = given;
    let refusals = 0;
    const slow = slowTokens(service, 4_600);
    service.spotify.bend((call, pass) =>
      call.path === '/v1/me/tracks' && refusals++ === 0
        ? apiError(401, 'The access token expired')
        : call.path === TOKEN && refusals === 0
          ? pass()
          : slow(call, pass),
    );
    await user.artists();
    await isWell(given);
  });
});

describe('what a token reply may leave out', () => {
  test.each<[string, (tokens: Record<string, unknown>) => void]>([
    ['no scope', (tokens) => void delete tokens.scope],
    ['scope null', (tokens) => Object.assign(tokens, { scope: null })],
    ['an empty scope', (tokens) => Object.assign(tokens, { scope: '' })],
    ['a scope of blanks', (tokens) => Object.assign(tokens, { scope: '  ' })],
    [
      'no expires_in, its type in small letters',
      (tokens) => {
        delete tokens.expires_in;
        tokens.token_type = 'bearer';
      },
    ],
  ])('when connecting: %s', async (_, change) => {
    const service = start();
    service.spotify.bend(bendJson(TOKEN, change));
    const user = await service.connected('alice');
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh' });
  });

  test('a narrower scope is a missing scope', async () => {
    const service = start();
    service.spotify.bend(bendJson(TOKEN, (tokens) => Object.assign(tokens, { scope: 'user-top-read' })));
    await expect(service.connected('alice')).rejects.toMatchObject({ code: 'SPOTIFY_SCOPE_MISSING' });
  });

  test.each(['', null, undefined])(
    'a refresh with the refresh token %j: the old one goes on',
    async (given) => {
      const service = start();
      const user = await service.connected('alice');
      service.spotify.bend(bendJson(TOKEN, (tokens) => Object.assign(tokens, { refresh_token: given })));
      for (let i = 0; i < 2; i += 1) {
        expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh', cached: false });
        service.advance(3 * HOUR);
      }
    },
  );
});

describe('a scope that is missing, however it is said', () => {
  const challenge = { 'www-authenticate': 'Bearer realm="spotify", error="insufficient_scope"' };

  test.each<[string, Reply, string]>([
    ['401 "Permissions missing"', apiError(401, 'Permissions missing'), 'SPOTIFY_SCOPE_MISSING'],
    ['a challenge alone, 401', { ...plain(401, ''), headers: challenge }, 'SPOTIFY_SCOPE_MISSING'],
    ['a challenge alone, 403', { ...plain(403, ''), headers: challenge }, 'SPOTIFY_SCOPE_MISSING'],
    ['403 "Insufficient client scope"', apiError(403, 'Insufficient client scope'), 'SPOTIFY_SCOPE_MISSING'],
    ['403 of our application', plain(403, 'User not registered'), 'SPOTIFY_UNAVAILABLE'],
    ['401 for no reason', apiError(401, 'The access token expired'), 'SPOTIFY_UNAVAILABLE'],
    ['401 in another shape', json(401, { error: 'invalid_token' }), 'SPOTIFY_UNAVAILABLE'],
  ])('%s', async (_, reply, code) => {
    const service = start();
    const user = await service.connected('alice');
    service.spotify.bend((call, pass) => (call.path === TOKEN ? pass() : reply));
    await expect(user.artists()).rejects.toMatchObject({ code });
    const calls = user.calls().length;
    await expect(user.artists()).rejects.toMatchObject({ code });
    expect(user.calls()).toHaveLength(calls);
    expect(await user.connection()).toMatchObject({ status: 'connected' });
  });
});
