import { describe, expect, test } from 'vitest';
import { startSpotify } from './spotify-harness.ts';

const TOP = '/v1/me/top/artists';
const TRACKS = '/v1/me/tracks';

describe('the limit of the application in 30 s', () => {
  test('counts the calls of all accounts, rolling', async () => {
    const spotify = await startSpotify();
    const [alma, bea] = [await spotify.connect('alma'), await spotify.connect('bea')];
    spotify.app.set({ per_30_s: 3 });
    expect((await spotify.api(TOP, alma)).status).toBe(200);
    spotify.clock.advance(10_000);
    expect((await spotify.api(TRACKS, bea)).status).toBe(200);
    expect((await spotify.api('/v1/me', alma)).status).toBe(200);
    const refused = await spotify.api(TOP, bea);
    expect(refused.status).toBe(429);
    expect(refused.json).toEqual({ error: { status: 429, message: 'API rate limit exceeded' } });
    expect(refused.headers.get('retry-after')).toBe('20');
    expect(spotify.app.get()).toMatchObject({ per_30_s: 3, calls_in_30_s: 3 });
    spotify.clock.advance(20_000);
    expect((await spotify.api(TOP, bea)).status).toBe(200);
    expect((await spotify.api(TOP, bea)).status).toBe(429);
  });

  test('leaves the token endpoint alone, and counts refused calls as made by their account', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.app.set({ per_30_s: 0 });
    expect((await spotify.refresh(tokens.refresh_token)).status).toBe(200);
    expect((await spotify.api(TOP, tokens)).status).toBe(429);
    expect(spotify.accounts.get('alma').calls).toMatchObject({ token: 2, top: 1 });
  });
});

describe('a quota', () => {
  test('bans its bucket alone, until the day is over', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.app.set({ quota: { [TRACKS]: 2 } });
    await spotify.api(TRACKS, tokens);
    spotify.clock.advance(3_600_000);
    // A later token, since the first one is over.
    const later = await spotify.connect();
    await spotify.api(TRACKS, later);
    const refused = await spotify.api(TRACKS, later);
    expect(refused.status).toBe(429);
    expect(refused.json.error).toMatchObject({ status: 429, reason: 'QUOTA_EXCEEDED' });
    expect(refused.headers.get('retry-after')).toBe(String(23 * 3600));
    expect((await spotify.api(TOP, later)).status).toBe(200);
    expect(spotify.app.get()).toMatchObject({ quota: { [TRACKS]: 2 }, used: { [TRACKS]: 2, [TOP]: 1 } });
    spotify.clock.advance(23 * 3_600_000);
    expect((await spotify.api(TRACKS, await spotify.connect())).status).toBe(200);
  });
});

describe('its control', () => {
  test('sets limits in place of those before; an empty object lifts them, as a reset does', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    expect((await spotify.control('PUT', 'app', { per_30_s: 0 })).json).toEqual({
      per_30_s: 0,
      calls_in_30_s: 0,
      used: {},
    });
    expect((await spotify.api(TOP, tokens)).status).toBe(429);
    expect((await spotify.control('PUT', 'app', {})).json).toEqual({ calls_in_30_s: 0, used: {} });
    expect((await spotify.api(TOP, tokens)).status).toBe(200);
    await spotify.control('PUT', 'app', { quota: { [TOP]: 0 } });
    expect((await spotify.api(TOP, tokens)).status).toBe(429);
    await spotify.control('POST', 'reset');
    expect((await spotify.control('GET', 'app')).json).toEqual({ calls_in_30_s: 0, used: {} });
    expect((await spotify.api(TOP, tokens)).status).toBe(200);
  });

  test.each([
    [{ per_30_s: -1 }, 'per_30_s'],
    [{ per_30_s: 'many' }, 'per_30_s'],
    [{ quota: 5 }, 'quota'],
    [{ quota: { '/v1/me/shows': 1 } }, 'quota./v1/me/shows'],
    [{ quota: { [TRACKS]: 1.5 } }, `quota.${TRACKS}`],
    [{ daily: 5 }, 'daily'],
    [[], 'body'],
  ])('%o is a 400 that names %s, and changes nothing', async (limits, field) => {
    const spotify = await startSpotify();
    spotify.app.set({ per_30_s: 7 });
    const answer = await spotify.control('PUT', 'app', limits);
    expect(answer.status).toBe(400);
    expect(answer.json.error.details.map((detail: { field: string }) => detail.field)).toEqual([field]);
    expect(spotify.app.get()).toMatchObject({ per_30_s: 7 });
  });

  test('knows no other method', async () => {
    const spotify = await startSpotify();
    expect((await spotify.control('POST', 'app', {})).status).toBe(405);
  });
});
