import { describe, expect, test } from 'vitest';
import { startSpotify } from './spotify-harness.ts';

const DEFAULTS = {
  mode: 'ok',
  retry_after: null,
  latency_ms: 0,
  artists: 137,
  fail_page: null,
  rotate: false,
  shape: 'dev',
  top: null,
  followed: null,
  saved: null,
  fail: [],
  max_limit: null,
  oddities: false,
};
const NO_CALLS = { token: 0, top: 0, following: 0, recent: 0, tracks: 0, me: 0 };

describe('settings', () => {
  test('an account that was not touched exists, with the defaults', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.control('GET', 'accounts/alma');
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ account: 'alma', ...DEFAULTS, calls: NO_CALLS, total: 0 });
  });

  test('a PUT merges, and answers what holds now', async () => {
    const spotify = await startSpotify();
    await spotify.control('PUT', 'accounts/alma', { mode: 'quota', retry_after: 9 });
    const answer = await spotify.control('PUT', 'accounts/alma', { artists: 12, latency_ms: 0 });
    expect(answer.json).toMatchObject({ ...DEFAULTS, mode: 'quota', retry_after: 9, artists: 12 });
    expect((await spotify.control('GET', 'accounts/alma')).json).toEqual(answer.json);
  });

  test('accounts that have been named are listed with the id that an application knows', async () => {
    const spotify = await startSpotify();
    await spotify.control('PUT', 'accounts/mia', { mode: 'down' });
    const { json } = await spotify.control('GET', 'accounts');
    expect(json.accounts).toEqual([
      { account: 'mia', account_id: expect.stringMatching(/^[0-9A-Za-z]{22}$/) },
    ]);
  });

  test('names may be written in any script', async () => {
    const spotify = await startSpotify();
    await spotify.control('PUT', `accounts/${encodeURIComponent('Zoé 月')}`, { artists: 3 });
    expect(spotify.accounts.get('Zoé 月').artists).toBe(3);
  });

  test.each([
    [{ mode: 'broken' }, 'mode'],
    [{ artists: 20_001 }, 'artists'],
    [{ artists: -1 }, 'artists'],
    [{ artists: '137' }, 'artists'],
    [{ latency_ms: 1.5 }, 'latency_ms'],
    [{ retry_after: 'soon' }, 'retry_after'],
    [{ fail_page: -1 }, 'fail_page'],
    [{ rotate: 'yes' }, 'rotate'],
    [{ shape: 'round' }, 'shape'],
    [{ top: -1 }, 'top'],
    [{ followed: '83' }, 'followed'],
    [{ saved: 100_001 }, 'saved'],
    [{ max_limit: 0 }, 'max_limit'],
    [{ max_limit: 51 }, 'max_limit'],
    [{ oddities: 1 }, 'oddities'],
    [{ fail: 'all' }, 'fail'],
    [{ fail: [{ path: '/v1/me/shows', mode: 'down' }] }, 'fail.0.path'],
    [{ fail: [{ path: '/v1/me', mode: 'revoked' }] }, 'fail.0.mode'],
    [{ colour: 'green' }, 'colour'],
    [{ constructor: 1 }, 'constructor'],
    [[], 'body'],
    [null, 'body'],
    ['ok', 'body'],
  ])('%o is a 400 that names %s', async (settings, field) => {
    const spotify = await startSpotify();
    const answer = await spotify.control('PUT', 'accounts/alma', settings);
    expect(answer.status).toBe(400);
    expect(answer.json.error.details.map((detail: { field: string }) => detail.field)).toEqual([field]);
    expect(answer.json.error.message).toContain(field);
  });

  test('one setting that does not fit leaves the others as they were', async () => {
    const spotify = await startSpotify();
    await spotify.control('PUT', 'accounts/alma', { rotate: true, artists: 'many', mode: 'down' });
    expect(spotify.accounts.get('alma')).toMatchObject(DEFAULTS);
  });

  test('a body that is not JSON is a 400', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.call('/_control/accounts/alma', { method: 'PUT', body: '{"mode":' });
    expect(answer.status).toBe(400);
    expect(answer.json.error.details).toEqual([{ field: 'body', reason: 'is not JSON' }]);
  });

  test.each(['%00', '%E0%A4%A', '..%2Fetc', 'a'.repeat(65), '%20'])('%s is no account name', async (name) => {
    const spotify = await startSpotify();
    const answer = await spotify.control('GET', `accounts/${name}`);
    expect(answer.status).toBe(400);
    expect(answer.json.error.details[0].field).toBe('account');
  });
});

describe('counting', () => {
  test('each call counts for the account of its token, those that a mode refuses included', async () => {
    const spotify = await startSpotify();
    const [mine, other] = [await spotify.connect('mine'), await spotify.connect('other')];
    spotify.accounts.set('mine', { mode: 'down' });
    await spotify.refresh(mine.refresh_token);
    for (const path of [
      'top/artists',
      'following?type=artist',
      'player/recently-played',
      'tracks',
      'tracks',
    ]) {
      await spotify.api(`/v1/me/${path}`, mine);
    }
    await spotify.api('/v1/me', other);
    expect(spotify.accounts.get('mine')).toMatchObject({
      calls: { token: 2, top: 1, following: 1, recent: 1, tracks: 2, me: 0 },
      total: 7,
    });
    expect(spotify.accounts.get('other')).toMatchObject({
      calls: { ...NO_CALLS, token: 1, me: 1 },
      total: 2,
    });
  });

  test('calls that belong to no account count for none; the page and the control never count', async () => {
    const spotify = await startSpotify();
    await spotify.refresh('made-up');
    await spotify.authorize();
    await spotify.api('/v1/me', { access_token: 'made-up' });
    expect((await spotify.control('GET', 'accounts/alma')).json.total).toBe(0);
  });

  test('a reset empties counters, settings and added plays, and keeps the tokens', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { mode: 'revoked', artists: 5 });
    spotify.accounts.addPlays('alma', { count: 9 });
    expect((await spotify.control('POST', 'reset')).status).toBe(200);
    expect(spotify.accounts.get('alma')).toEqual({ account: 'alma', ...DEFAULTS, calls: NO_CALLS, total: 0 });
    expect((await spotify.refresh(tokens.refresh_token)).status).toBe(200);
    expect((await spotify.api('/v1/me/player/recently-played?limit=50', tokens)).json.items).toHaveLength(30);
    spotify.accounts.set('alma', { mode: 'revoked' });
    expect((await spotify.refresh(tokens.refresh_token)).status).toBe(400);
  });
});

describe('plays', () => {
  test('one by default, now, of an artist of the account', async () => {
    const spotify = await startSpotify();
    const { added } = (await spotify.control('POST', 'accounts/alma/plays')).json;
    expect(added).toEqual([
      { artist_id: expect.stringMatching(/^[0-9A-Za-z]{22}$/), played_at: '2026-11-22T12:00:00.000Z' },
    ]);
  });

  test('no two share a millisecond, also when added in the same one', async () => {
    const spotify = await startSpotify();
    const first = spotify.accounts.addPlays('alma', { count: 3 });
    const second = spotify.accounts.addPlays('alma', { count: 3 });
    expect(new Set([...first, ...second].map(({ playedAtMs }) => playedAtMs)).size).toBe(6);
  });

  test('the same plays in every process', async () => {
    const [one, two] = [await startSpotify(), await startSpotify()];
    expect(one.accounts.addPlays('alma', { count: 5 })).toEqual(two.accounts.addPlays('alma', { count: 5 }));
  });

  test.each([
    [{ count: 0 }, 'count'],
    [{ count: 51 }, 'count'],
    [{ artist_id: 'short' }, 'artist_id'],
    [{ artist: 'x' }, 'artist'],
  ])('%o is a 400 that names %s', async (plays, field) => {
    const spotify = await startSpotify();
    const answer = await spotify.control('POST', 'accounts/alma/plays', plays);
    expect(answer.status).toBe(400);
    expect(answer.json.error.details[0].field).toBe(field);
  });
});

describe('around it', () => {
  test('health answers', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.control('GET', 'health');
    expect([answer.status, answer.json]).toEqual([200, { ready: true }]);
  });

  test('other paths are 404, other methods 405', async () => {
    const spotify = await startSpotify();
    expect((await spotify.control('GET', 'nothing')).status).toBe(404);
    expect((await spotify.control('DELETE', 'accounts/alma')).status).toBe(405);
    expect((await spotify.control('GET', 'accounts/alma/plays')).status).toBe(405);
  });

  test('a page of this machine may use it, a page from elsewhere may not', async () => {
    const spotify = await startSpotify();
    const ask = (origin: string) =>
      spotify.call('/_control/accounts/alma', { method: 'OPTIONS', headers: { origin } });
    const local = await ask('http://127.0.0.1:3000');
    expect(local.status).toBe(204);
    expect(local.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:3000');
    expect(local.headers.get('access-control-allow-methods')).toContain('PUT');
    const foreign = await ask('https://evil.example');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});
