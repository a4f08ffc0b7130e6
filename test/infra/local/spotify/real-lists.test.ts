import { describe, expect, test } from 'vitest';
import { everyPage, startSpotify } from './spotify-harness.ts';

const TOP = '/v1/me/top/artists?time_range=short_term&limit=50';
const FOLLOWED = '/v1/me/following?type=artist&limit=50';
const SAVED = '/v1/me/tracks?limit=50';
// biome-ignore lint/suspicious/noExplicitAny: what Spotify sends is what these tests look into
type Item = any;

describe('sizes', () => {
  test('each list has a length of its own, as a recorded account had them', async () => {
    const spotify = await startSpotify();
    spotify.accounts.set('alma', { top: 198, followed: 83, saved: 320 });
    const tokens = await spotify.connect();
    for (const term of ['short_term', 'medium_term', 'long_term']) {
      const { items } = await everyPage(spotify, tokens, `/v1/me/top/artists?time_range=${term}&limit=50`);
      expect(new Set(items.map(({ id }) => id)).size).toBe(198);
    }
    const followed = await everyPage(spotify, tokens, FOLLOWED, (json) => json.artists);
    expect(new Set(followed.items.map(({ id }) => id)).size).toBe(83);
    const saved = await everyPage(spotify, tokens, SAVED);
    expect(new Set(saved.items.map(({ track }) => track.id)).size).toBe(320);
  });

  test('one list of its own length leaves the others as `artists` has them; null goes back to that', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    const totalOf = async (path: string) => (await spotify.api(path, tokens)).json.total;
    spotify.accounts.set('alma', { saved: 0 });
    expect([await totalOf(TOP), await totalOf(SAVED)]).toEqual([50, 0]);
    spotify.accounts.set('alma', { saved: null, top: 3 });
    expect([await totalOf(TOP), await totalOf(SAVED)]).toEqual([3, 150]);
  });

  test('pages have no more than `max_limit`, and say so', async () => {
    const spotify = await startSpotify();
    spotify.accounts.set('alma', { max_limit: 20 });
    const tokens = await spotify.connect();
    expect((await spotify.api(SAVED, tokens)).json).toMatchObject({ limit: 20, total: 150 });
    expect((await everyPage(spotify, tokens, SAVED)).items).toHaveLength(150);
    expect((await everyPage(spotify, tokens, FOLLOWED, (json) => json.artists)).items).toHaveLength(50);
    expect((await spotify.api('/v1/me/player/recently-played?limit=50', tokens)).json.items).toHaveLength(20);
    expect((await spotify.api('/v1/me/tracks?limit=5', tokens)).json.limit).toBe(5);
  });
});

describe('one endpoint that fails', () => {
  test.each([
    ['down', 503],
    ['html502', 502],
    ['rate_limited', 429],
    ['quota', 429],
    ['forbidden', 403],
    ['unauthorized', 401],
  ])('in the mode %s answers %i, the others work', async (mode, status) => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { fail: [{ path: '/v1/me/tracks', mode }] });
    expect((await spotify.api(SAVED, tokens)).status).toBe(status);
    for (const path of [TOP, FOLLOWED, '/v1/me']) expect((await spotify.api(path, tokens)).status).toBe(200);
    spotify.accounts.set('alma', { fail: [] });
    expect((await spotify.api(SAVED, tokens)).status).toBe(200);
  });

  test('may be that of tokens', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { fail: [{ path: '/api/token', mode: 'down' }] });
    expect((await spotify.refresh(tokens.refresh_token)).status).toBe(503);
    expect((await spotify.api(TOP, tokens)).status).toBe(200);
  });

  test('goes before the mode of the account', async () => {
    const spotify = await startSpotify();
    const tokens = await spotify.connect();
    spotify.accounts.set('alma', { mode: 'down', fail: [{ path: '/v1/me/tracks', mode: 'ok' }] });
    expect((await spotify.api(SAVED, tokens)).status).toBe(200);
    expect((await spotify.api(TOP, tokens)).status).toBe(503);
  });
});

describe('oddities', () => {
  const fit = (item: Item) => item?.type === 'artist' && item.id && item.name;

  async function listsOf(account: string, settings: object) {
    const spotify = await startSpotify();
    spotify.accounts.set(account, settings);
    const tokens = await spotify.connect(account);
    return {
      top: (await everyPage(spotify, tokens, TOP)).items as Item[],
      followed: (await everyPage(spotify, tokens, FOLLOWED, (json) => json.artists)).items as Item[],
      saved: (await everyPage(spotify, tokens, SAVED)).items as Item[],
      plays: (await spotify.api('/v1/me/player/recently-played?limit=50', tokens)).json.items as Item[],
    };
  }

  test('stand beside the artists that count, and take no place of theirs', async () => {
    const [plain, odd] = [await listsOf('alma', {}), await listsOf('alma', { oddities: true })];
    for (const list of ['top', 'followed'] as const) {
      expect(odd[list].length).toBeGreaterThan(plain[list].length);
      const ids = new Set(odd[list].filter(fit).map(({ id }) => id));
      expect([...ids]).toEqual(plain[list].map(({ id }) => id));
    }
    const trackIds = (items: Item[]) =>
      items.filter((item) => item?.track?.type === 'track').map(({ track }) => track.id);
    expect(new Set(trackIds(odd.saved).filter(Boolean))).toEqual(new Set(trackIds(plain.saved)));
  });

  test('are of many kinds', async () => {
    const { top, followed, saved, plays } = await listsOf('alma', { artists: 400, oddities: true });
    const kinds: [string, (item: Item) => boolean][] = [
      ['null', (item) => item === null],
      ['without an id', (item) => item && !('id' in item)],
      ['with the id null', (item) => item?.id === null],
      ['with the name null and no images', (item) => item?.name === null && item.images === null],
      ['a show', (item) => item?.type === 'show'],
    ];
    for (const [kind, is] of kinds) expect([...top, ...followed].some(is), kind).toBe(true);
    expect(followed.filter(fit).length).toBeGreaterThan(
      new Set(followed.filter(fit).map(({ id }) => id)).size,
    );
    const entries: [string, (item: Item) => boolean][] = [
      ['null', (item) => item === null],
      ['of nothing', (item) => item?.track === null],
      ['an episode without artists', (item) => item?.track?.type === 'episode' && !item.track.artists],
      ['a local file', (item) => item?.track?.is_local && item.track.id === null],
      ['a credit of a show', (item) => item?.track?.artists?.some(({ type }: Item) => type === 'show')],
    ];
    for (const [kind, is] of entries) expect(saved.some(is), kind).toBe(true);
    expect(plays.some((item) => !item?.track?.artists)).toBe(true);
  });

  test('are what the account has that people begin with, and no other', async () => {
    const spotify = await startSpotify();
    expect([spotify.accounts.get('demo').oddities, spotify.accounts.get('alma').oddities]).toEqual([
      true,
      false,
    ]);
    spotify.accounts.set('demo', { oddities: false });
    spotify.accounts.reset();
    expect(spotify.accounts.get('demo').oddities).toBe(true);
  });
});
