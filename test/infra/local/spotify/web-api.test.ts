import { describe, expect, test } from 'vitest';
import { everyPage, startSpotify } from './spotify-harness.ts';

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

describe('who may read', () => {
  test.each([
    ['no token', {}, 401, 'No token provided'],
    ['a token that was never given', { authorization: 'Bearer made-up' }, 401, 'Invalid access token'],
    ['another scheme', { authorization: 'Basic abc' }, 400, 'Only valid bearer authentication supported'],
  ])('%s', async (_what, headers, status, message) => {
    const spotify = await startSpotify();
    const answer = await spotify.call('/v1/me', { headers });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error: { status, message } });
  });

  test.each([
    ['/v1/me/top/artists', 'user-top-read'],
    ['/v1/me/following?type=artist', 'user-follow-read'],
    ['/v1/me/player/recently-played', 'user-read-recently-played'],
    ['/v1/me/tracks', 'user-library-read'],
  ])('%s wants %s', async (path, scope) => {
    const spotify = await startSpotify();
    const allowed = await spotify.connect('alma', scope);
    const others = await spotify.connect('alma', 'user-read-private');
    expect((await spotify.api(path, allowed)).status).toBe(200);
    const refused = await spotify.api(path, others);
    expect(refused.status).toBe(403);
    expect(refused.json).toEqual({ error: { status: 403, message: 'Insufficient client scope' } });
  });

  test('the own profile wants none, and its account_id is the account’s for ever', async () => {
    const [first, second] = [await startSpotify(), await startSpotify()];
    const profile = (await first.api('/v1/me', await first.connect('alice', ''))).json;
    expect(profile).toMatchObject({ id: 'alice', display_name: 'alice', type: 'user' });
    expect(profile.account_id).toMatch(/^[0-9A-Za-z]{22}$/);
    expect((await second.api('/v1/me', await second.connect('alice'))).json.account_id).toBe(
      profile.account_id,
    );
    expect((await first.api('/v1/me', await first.connect('bob'))).json.account_id).not.toBe(
      profile.account_id,
    );
  });
});

describe('top artists', () => {
  test('each time range has another order; next leads through all of them, once each', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const lists = await Promise.all(
      ['short_term', 'medium_term', 'long_term'].map((range) =>
        everyPage(spotify, tokens, `/v1/me/top/artists?time_range=${range}&limit=20`),
      ),
    );
    expect(lists.map(({ items }) => items.length)).toEqual([50, 67, 83]);
    expect(new Set(lists.map(({ items }) => items[0].id)).size).toBe(3);
    for (const { items } of lists) expect(new Set(idsOf(items)).size).toBe(items.length);
  });

  test('a page says where it stands', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const path = '/v1/me/top/artists?time_range=long_term&limit=30';
    const middle = (await spotify.api(`${path}&offset=30`, tokens)).json;
    expect(middle).toMatchObject({ limit: 30, offset: 30, total: 83 });
    expect(middle.next).toBe(`${spotify.url}${path}&offset=60`);
    expect(middle.previous).toBe(`${spotify.url}${path}&offset=0`);
    const last = (await spotify.api(middle.next, tokens)).json;
    expect(last.items).toHaveLength(23);
    expect(last.next).toBeNull();
    expect((await spotify.api(`${path}&offset=900`, tokens)).json).toMatchObject({
      items: [],
      next: null,
      total: 83,
    });
  });

  test('defaults to 20 of the medium term', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const byDefault = (await spotify.api('/v1/me/top/artists', tokens)).json;
    const asked = (await spotify.api('/v1/me/top/artists?time_range=medium_term&limit=20&offset=0', tokens))
      .json;
    expect(byDefault.items).toEqual(asked.items);
    expect(byDefault.items).toHaveLength(20);
  });
});

describe('followed artists', () => {
  const path = '/v1/me/following?type=artist';

  test('a cursor leads through them', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const first = (await spotify.api(`${path}&limit=20`, tokens)).json.artists;
    expect(first).toMatchObject({ limit: 20, total: 50, cursors: { after: first.items[19].id } });
    expect(first.next).toBe(`${spotify.url}${path}&limit=20&after=${first.cursors.after}`);
    const { items, pages } = await everyPage(spotify, tokens, `${path}&limit=20`, (json) => json.artists);
    expect(pages).toBe(3);
    expect(new Set(idsOf(items)).size).toBe(50);
    const last = (await spotify.api(`${path}&after=${items.at(-2).id}`, tokens)).json.artists;
    expect(last).toMatchObject({ next: null, cursors: { after: null }, items: [{ id: items.at(-1).id }] });
  });

  test('an offset is ignored: who loops on it reads page one for ever', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const first = (await spotify.api(`${path}&limit=10`, tokens)).json.artists;
    const shifted = (await spotify.api(`${path}&limit=10&offset=10`, tokens)).json.artists;
    expect(idsOf(shifted.items)).toEqual(idsOf(first.items));
  });
});

describe('saved tracks', () => {
  test('150 tracks by offset, whose artists carry no images', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const { items, pages } = await everyPage(spotify, tokens, '/v1/me/tracks?limit=50');
    expect([items.length, pages]).toEqual([150, 3]);
    expect(items.some(({ track }) => track.artists.length > 1)).toBe(true);
    for (const { track, added_at } of items) {
      expect(added_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      for (const artist of track.artists) {
        expect(Object.keys(artist).sort()).toEqual(['external_urls', 'href', 'id', 'name', 'type', 'uri']);
      }
    }
  });
});

describe('plays', () => {
  const path = '/v1/me/player/recently-played';

  test('the latest first, with the cursors of its newest and oldest play', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const page = (await spotify.api(`${path}?limit=10`, tokens)).json;
    const times = page.items.map(({ played_at }: { played_at: string }) => Date.parse(played_at));
    expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
    expect(page.cursors).toEqual({ after: String(times[0]), before: String(times[9]) });
    expect(page.next).toBe(`${spotify.url}${path}?limit=10&before=${times[9]}`);
    expect((await everyPage(spotify, tokens, `${path}?limit=10`)).items).toHaveLength(30);
  });

  test('after the latest play there is nothing: no items and cursors that are null', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const { cursors } = (await spotify.api(path, tokens)).json;
    expect((await spotify.api(`${path}?after=${cursors.after}`, tokens)).json).toMatchObject({
      items: [],
      cursors: null,
      next: null,
    });
  });

  test('plays that the test adds come after the cursor, and only those', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const { cursors } = (await spotify.api(path, tokens)).json;
    spotify.accounts.addPlays('alma', { count: 3, artist_id: '2YZyLoL8N0Wb9xBt1NhZWg' });
    const { items } = (await spotify.api(`${path}?limit=50&after=${cursors.after}`, tokens)).json;
    expect(items).toHaveLength(3);
    expect(items[0].track.artists[0].name).toBe('Kendrick Lamar');
    expect(items[0].played_at).toBe('2026-11-22T12:00:00.000Z');
  });

  test('only the last fifty exist', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.addPlays('alma', { count: 40 });
    spotify.accounts.addPlays('alma', { count: 40 });
    const { items } = await everyPage(spotify, tokens, `${path}?limit=20`);
    expect(items).toHaveLength(50);
    expect(new Set(items.map(({ played_at }) => played_at)).size).toBe(50);
  });
});

describe('what Spotify refuses with a 400', () => {
  test.each([
    ['/v1/me/top/artists?limit=0', 'Invalid limit'],
    ['/v1/me/top/artists?limit=51', 'Invalid limit'],
    ['/v1/me/top/artists?limit=ten', 'Invalid limit'],
    ['/v1/me/top/artists?offset=-1', 'Invalid offset'],
    ['/v1/me/top/artists?time_range=forever', 'Invalid time range'],
    ['/v1/me/following', 'Missing parameter type'],
    ['/v1/me/following?type=user', 'Invalid type'],
    ['/v1/me/following?type=artist&limit=100', 'Invalid limit'],
    ['/v1/me/following?type=artist&after=0000000000000000000000', 'Invalid cursor'],
    ['/v1/me/player/recently-played?after=yesterday', 'Invalid after'],
    ['/v1/me/player/recently-played?after=1&before=2', 'Only one of after and before is allowed'],
    ['/v1/me/tracks?limit=51', 'Invalid limit'],
    ['/v1/me/tracks?offset=1e3', 'Invalid offset'],
  ])('%s', async (path, message) => {
    const spotify = await startSpotify();
    const answer = await spotify.api(path, await spotify.connect());
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: { status: 400, message } });
  });

  test('what is not there is a 404, what cannot be done a 405', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    expect((await spotify.api('/v1/artists?ids=a,b', tokens)).status).toBe(404);
    expect((await spotify.call('/v1/me/following', { method: 'PUT' })).status).toBe(405);
  });
});

describe('the shape of an artist', () => {
  const path = '/v1/me/top/artists?time_range=long_term&limit=50';

  test('in development mode it is seven fields and no more', async () => {
    const spotify = await startSpotify();
    const { items } = (await spotify.api(path, await spotify.connect())).json;
    for (const artist of items) {
      const fields = ['external_urls', 'href', 'id', 'images', 'name', 'type', 'uri'];
      expect(Object.keys(artist).sort()).toEqual(fields);
      expect(artist.external_urls.spotify).toBe(`https://open.spotify.com/artist/${artist.id}`);
    }
  });

  test('the legacy one has followers, genres and popularity besides', async () => {
    const spotify = await startSpotify();
    spotify.accounts.set('alma', { shape: 'legacy' });
    const { items } = (await spotify.api(path, await spotify.connect())).json;
    expect(items[0]).toMatchObject({
      followers: { href: null, total: expect.any(Number) },
      genres: expect.any(Array),
      popularity: expect.any(Number),
    });
    expect(items.some(({ genres }: { genres: string[] }) => genres.length === 0)).toBe(true);
    expect(items.some(({ genres }: { genres: string[] }) => genres.length > 0)).toBe(true);
  });

  test('three images, the widest first, of one picture; some artists have none', async () => {
    const spotify = await startSpotify();
    const { items } = await everyPage(spotify, await spotify.connect(), path);
    const image = (prefix: string) => new RegExp(`^https://i\\.scdn\\.co/image/${prefix}([0-9a-f]{24})$`);
    const pictured = items.find(({ images }) => images.length > 0);
    expect(pictured.images).toEqual([
      { height: 640, width: 640, url: expect.stringMatching(image('ab6761610000e5eb')) },
      { height: 320, width: 320, url: expect.stringMatching(image('ab67616100005174')) },
      { height: 160, width: 160, url: expect.stringMatching(image('ab6761610000f178')) },
    ]);
    expect(new Set(pictured.images.map(({ url }: { url: string }) => url.slice(-24))).size).toBe(1);
    expect(items.some(({ images }) => images.length === 0)).toBe(true);
  });
});
