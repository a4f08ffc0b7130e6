import { describe, expect, inject, test } from 'vitest';
import { aConnectedUser, aUser, H3, halfWay, type TestUser } from '../support/a-user.ts';
import { http } from '../support/http-client.ts';

/* The founding document's two lists, row by row: when to invalidate, and when not to. */

const stack = inject('stack');
const connected = (settings?: object) => aConnectedUser(stack, settings);

async function withList(settings?: object) {
  const user = await connected(settings);
  const artists = (await user.artists('?limit=100')).json.data.artists;
  return { user, artists };
}

const selectionOf = async (user: TestUser, artistId: string) => {
  const reply = await user.artists('?limit=100');
  const artist = reply.json.data.artists.find((candidate: { id: string }) => candidate.id === artistId);
  return { ...reply.json.data, selected: artist?.selected };
};

describe('invalidates', () => {
  test('toggle: the next read computes anew, with the new selection', async () => {
    const { user, artists } = await withList();
    const { id } = artists[2];
    expect((await user.toggle(id, true)).json).toEqual({
      success: true,
      data: { artist_id: id, selected: true },
    });
    expect(await selectionOf(user, id)).toMatchObject({
      cached: false,
      cache_status: 'fresh',
      selected: true,
    });
    expect(await selectionOf(user, id)).toMatchObject({
      cached: true,
      cache_status: 'fresh',
      selected: true,
    });
  });

  test('toggle without `selected`: flips', async () => {
    const { user, artists } = await withList();
    const { id } = artists[0];
    expect((await user.toggle(id)).json.data.selected).toBe(true);
    expect((await user.toggle(id)).json.data.selected).toBe(false);
    expect((await selectionOf(user, id)).selected).toBe(false);
  });

  test.each([
    ['down', 'stale'],
    ['revoked', 'fallback_revoked'],
  ])(
    'toggle while Spotify is %s: the old list is served as %s, with the new selection in it',
    async (mode, status) => {
      const { user, artists } = await withList();
      const { id } = artists[5];
      await user.spotify({ mode });
      await user.toggle(id, true);
      expect(await selectionOf(user, id)).toMatchObject({
        cached: true,
        cache_status: status,
        selected: true,
      });
      await user.toggle(id, false);
      expect((await selectionOf(user, id)).selected).toBe(false);
    },
  );

  test('reconnection: the list of another account is never shown again', async () => {
    const { user, artists } = await withList();
    await user.connect(`${user.account}-other`);
    const reply = await user.artists('?limit=100');
    expect(reply.json.data.cached).toBe(false);
    expect(reply.json.data.artists).not.toEqual(artists);
  });

  test('reconnection after a revocation: fresh again, though trying was forbidden a moment ago', async () => {
    const { user } = await withList();
    await user.age(H3);
    await user.spotify({ mode: 'revoked' });
    expect((await user.artists()).json.cache_status).toBe('fallback_revoked');
    await user.disconnect();
    await user.connect();
    const reply = await user.artists();
    expect([reply.json.cache_status, reply.json.data.cached]).toEqual(['fresh', false]);
  });

  test('disconnection: nothing is left, until connected again', async () => {
    const { user } = await withList();
    expect((await user.disconnect()).json.data).toEqual({ platform_slug: 'spotify', status: 'disconnected' });
    const reply = await user.artists();
    expect([reply.status, reply.json.error.code]).toEqual([409, 'PLATFORM_NOT_CONNECTED']);
    expect((await user.profile()).json.data).toMatchObject({ artists: null });
    expect((await user.disconnect()).status).toBe(200);
    await user.connect();
    expect((await user.artists()).json.data.cached).toBe(false);
  });

  test('disconnection in the middle of a computation: it cannot bring the list back', async () => {
    const user = await connected({ latency_ms: 300 });
    const { computing } = await halfWay(user);
    await user.disconnect();
    expect((await computing).status).not.toBe(200);
    const reply = await user.artists();
    expect([reply.status, reply.json.error.code]).toEqual([409, 'PLATFORM_NOT_CONNECTED']);
  });

  test('toggle in the middle of the first computation: its request answers what was computed after it', async () => {
    const user = await connected();
    const other = await aUser(stack);
    await other.connect(user.account);
    const { id } = (await other.artists()).json.data.artists[1];
    await user.spotify({ latency_ms: 300 });
    const { computing } = await halfWay(user, '?limit=100');
    await user.toggle(id, true);
    const { status, json } = await computing;
    expect(status).toBe(200);
    expect(json.data.artists.find((artist: { id: string }) => artist.id === id).selected).toBe(true);
    expect(await selectionOf(user, id)).toMatchObject({ cached: true, selected: true });
  });

  test('toggle in the middle of a computation: what it computed is never read', async () => {
    const { user, artists } = await withList();
    const { id } = artists[1];
    await user.age(H3);
    await user.spotify({ latency_ms: 300 });
    const { computing } = await halfWay(user);
    await user.toggle(id, true);
    await computing;
    expect(await selectionOf(user, id)).toMatchObject({ cached: false, selected: true });
  });
});

describe('does not invalidate', () => {
  const stillCached = async (user: TestUser, artists: unknown) => {
    const reply = await user.artists('?limit=100');
    expect(reply.json.data).toMatchObject({ cached: true, cache_status: 'fresh' });
    expect(reply.json.data.artists).toEqual(artists);
  };

  test('sync: updates the inputs of the scores, not the list', async () => {
    const { user, artists } = await withList();
    expect((await user.sync()).status).toBe(200);
    await stillCached(user, artists);
  });

  test('reading the profile', async () => {
    const { user, artists } = await withList();
    const calls = await user.spotifyCalls();
    expect((await user.profile()).json.data.artists).toMatchObject({ total: 137, cache_status: 'fresh' });
    expect(await user.spotifyCalls()).toBe(calls);
    await stillCached(user, artists);
  });

  test('a temporary error: the list survives it', async () => {
    const { user, artists } = await withList();
    await user.age(H3);
    await user.spotify({ mode: 'down' });
    expect((await user.artists('?limit=100')).json.data.artists).toEqual(artists);
    await user.spotify({ mode: 'ok' });
    await user.age(60);
    expect((await user.artists()).json.data).toMatchObject({ cached: false, cache_status: 'fresh' });
  });

  test('the sweep, before six hours', async () => {
    const { user, artists } = await withList();
    await http('POST', `${stack.apiUrl}/_local/sweep`);
    await stillCached(user, artists);
  });
});
