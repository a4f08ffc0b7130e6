import { describe, expect, onTestFinished, test } from 'vitest';
import { createSpotifyStandIn } from '../../../infra/local/spotify/stand-in.ts';
import { systemClock } from '../../../shared/clock.ts';
import { PlatformUnavailable } from '../../../shared/errors.ts';
import { noUsage } from '../../../shared/spotify/call.ts';
import { collectArtists } from '../../../shared/spotify/collect-artists.ts';
import { createWebApi } from '../../../shared/spotify/web-api.ts';
import { aClock } from '../../support/a-clock.ts';
import { type ReceivedRequest, type ScriptedReply, startScripted } from '../../support/scripted-server.ts';

const SCOPES = 'user-top-read user-follow-read user-read-recently-played user-library-read';
const REDIRECT_URI = 'http://127.0.0.1:3000/callback';

/** The stand-in with an account, and a session that holds its token. */
async function listener(settings: object) {
  const spotify = await createSpotifyStandIn({ port: 0, clientId: 'us', clientSecret: 'secret' });
  onTestFinished(() => spotify.close());
  const query = new URLSearchParams({
    client_id: 'us',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: SCOPES,
    approve: '1',
    account: 'alice',
  });
  const approved = await fetch(`${spotify.url}/authorize?${query}`, { redirect: 'manual' });
  const code = new URL(approved.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const reply = await fetch(`${spotify.url}/api/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('us:secret')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }),
  });
  const { access_token: accessToken } = (await reply.json()) as { access_token: string };
  spotify.accounts.set('alice', settings);
  const open = () => sessionOn(spotify.url, accessToken);
  return { ...spotify, open, session: open() };
}

const anArtist = (i: number) => ({ id: String(i).padStart(22, '0'), name: `artist ${i}` });

const sessionOn = (apiUrl: string, accessToken = 'BQ', clock = systemClock) =>
  createWebApi({ apiUrl, clock }).open({
    accessToken,
    renew: () => Promise.reject(new Error('no renewal expected')),
    signal: new AbortController().signal,
    usage: noUsage(),
  });

describe('the lists of a listener', () => {
  test.each(['dev', 'legacy'] as const)('come together, each artist once, in the %s shape', async (shape) => {
    const { session } = await listener({ shape });
    const artists = await collectArtists(session);
    expect(artists).toHaveLength(137);
    expect(new Set(artists.map(({ id }) => id)).size).toBe(137);
    const leader = artists.find(({ topShort }) => topShort?.rank === 1);
    expect(leader?.topShort?.of).toBeGreaterThanOrEqual(50);
    expect(artists.filter(({ followed }) => followed)).toHaveLength(50);
    expect(artists.some(({ savedTracks }) => savedTracks > 1)).toBe(true);
    expect(artists.some(({ genres }) => genres.length > 0)).toBe(shape === 'legacy');
    for (const { url, id } of artists) expect(url).toBe(`https://open.spotify.com/artist/${id}`);
  });

  test('an artist of saved tracks alone has no image; one known from elsewhere has it', async () => {
    const { session } = await listener({});
    const artists = await collectArtists(session);
    const savedOnly = artists.filter((a) => !a.topShort && !a.topMedium && !a.topLong && !a.followed);
    expect(savedOnly.length).toBeGreaterThan(0);
    for (const { imageUrl } of savedOnly) expect(imageUrl).toBeNull();
    const both = artists.filter((a) => a.savedTracks > 0 && a.topLong && a.imageUrl);
    expect(both[0]?.imageUrl).toMatch(/^https:\/\/i\.scdn\.co\/image\/ab6761610000e5eb/);
  });

  test.each([
    ['saved', { tracks: 0, following: 1, top: 5 }],
    ['followed', { tracks: 3, following: 0, top: 5 }],
  ] as const)('a list that is to be left out is not read: %s', async (list, calls) => {
    const { session, accounts } = await listener({});
    const artists = await collectArtists(session, [list]);
    expect(artists.length).toBeGreaterThan(90);
    expect(artists.some(({ followed }) => followed)).toBe(list !== 'followed');
    expect(artists.some(({ savedTracks }) => savedTracks > 0)).toBe(list !== 'saved');
    expect(accounts.get('alice').calls).toMatchObject(calls);
  });

  test('an account without anything has an empty list', async () => {
    const { session } = await listener({ artists: 0 });
    expect(await collectArtists(session)).toEqual([]);
  });

  test('thousands of followed artists are followed to the end', async () => {
    const { session, accounts } = await listener({ artists: 2_000 });
    expect(await collectArtists(session)).toHaveLength(2_000);
    expect(accounts.get('alice').calls.following).toBe(38);
  });

  test.each([
    ['ordinary', { top: 99, followed: 50, saved: 150 }, 12],
    ['recorded', { top: 198, followed: 83, saved: 5_320 }, 30],
    ['huge', { top: 198, followed: 1_000, saved: 20_000 }, 30],
    ['ordinary, 20 a page', { top: 99, followed: 50, saved: 150, max_limit: 20 }, 30],
    ['recorded, 20 a page', { top: 198, followed: 83, saved: 5_320, max_limit: 20 }, 30],
    ['recorded, 5 a page', { top: 198, followed: 83, saved: 5_320, max_limit: 5 }, 30],
  ])('an account of %s size stays within its budget', async (_, settings, budget) => {
    const { session, accounts } = await listener(settings);
    accounts.reset();
    accounts.set('alice', settings);
    const artists = await collectArtists(session);
    expect(artists.filter(({ followed }) => followed)).toHaveLength(settings.followed);
    // The refresh of a token is one more.
    expect(accounts.get('alice').total).toBeLessThanOrEqual(budget - 1);
  });

  test('whatever odd items stand between, the same artists are found in the same places', async () => {
    const plain = await listener({ artists: 300 });
    const expected = await collectArtists(plain.session);
    plain.accounts.set('alice', { oddities: true });
    const byId = (list: { id: string }[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(await collectArtists(plain.open()))).toEqual(byId(expected));
  });

  test.each([false, true])('pages of 20 bring the same artists, with oddities: %s', async (oddities) => {
    const { open, accounts } = await listener({ artists: 137 });
    const expected = await collectArtists(open());
    accounts.set('alice', { max_limit: 20, oddities });
    expect(await collectArtists(open())).toHaveLength(expected.length);
  });

  test('an ordinary account takes nine calls beside the token', async () => {
    const { session, accounts } = await listener({});
    await collectArtists(session);
    expect(accounts.get('alice').calls).toMatchObject({ top: 5, following: 1, tracks: 3 });
  });

  test('pages do not wait for each other: the first of all lists together, then the others together', async () => {
    const rounds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const asked = [0, 0];
    const spotify = await startScripted(async ({ path, query }) => {
      const round = query.get('offset') === '50' ? 1 : 0;
      asked[round] = (asked[round] ?? 0) + 1;
      // Answered when the whole round has been asked: one after the other, it would never be.
      if (asked[round] === [5, 4][round]) rounds[round]?.resolve();
      await rounds[round]?.promise;
      const page = { items: [], limit: 50, total: 55, next: null };
      const full = {
        ...page,
        items: Array.from({ length: round ? 5 : 50 }, (_, i) => anArtist(i + 50 * round)),
      };
      if (path === '/v1/me/following') return { body: { artists: { ...page, total: 0 } } };
      if (path === '/v1/me/tracks')
        return {
          body: {
            ...full,
            items: full.items.map((artist) => ({ track: { id: artist.id, artists: [artist] } })),
          },
        };
      return { body: full };
    });
    expect(await collectArtists(sessionOn(spotify.url))).toHaveLength(55);
    expect(asked).toEqual([5, 4]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('all or nothing: page %i fails', async (page) => {
    const { session } = await listener({ fail_page: page });
    await expect(collectArtists(session)).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});

describe('odd replies', () => {
  const ids = [
    '70kkdajctXSbqSMJbQO424',
    '4oLeXFyACqeem2VImYeBFe',
    '5Pb27ujIyYb33zBqVysBkj',
    '2YZyLoL8N0Wb9xBt1NhZWg',
  ];
  const [kacey, fred, rufus, kendrick] = ids.map((id) => ({ id, name: `artist ${id}` })) as [
    Shown,
    Shown,
    Shown,
    Shown,
  ];
  type Shown = { id: string | null; name: string; images?: object[] };
  const page = (items: unknown[], more: object = {}) => ({
    body: { items, total: items.length, next: null, ...more },
  });
  const following = (items: unknown[], after: string | null, next: string | null) => ({
    body: { artists: { items, cursors: { after }, next } },
  });
  const NOTHING: Record<string, ScriptedReply> = {
    '/v1/me/top/artists': page([]),
    '/v1/me/following': following([], null, null),
    '/v1/me/tracks': page([]),
  };

  /** Collects from lists that are empty but for those given. */
  async function collectFrom(lists: Record<string, (request: ReceivedRequest) => ScriptedReply>) {
    const spotify = await startScripted(
      (request) => lists[request.path]?.(request) ?? NOTHING[request.path] ?? { status: 404 },
    );
    const collected = collectArtists(sessionOn(spotify.url, 'BQ', aClock()));
    return { spotify, collected };
  }

  test('next on another host is never followed: pages are asked of our own address', async () => {
    const elsewhere = await startScripted(() => ({ body: '{}' }));
    const { spotify, collected } = await collectFrom({
      '/v1/me/following': ({ query }) =>
        query.get('after') === 'x'
          ? following([fred], null, null)
          : following([kacey], null, `${elsewhere.url}/v1/me/following?after=x`),
      '/v1/me/tracks': ({ query }) => {
        const offset = Number(query.get('offset'));
        const tracks = Array.from({ length: 60 }, (_, i) => ({ track: { id: `t${i}`, artists: [rufus] } }));
        const next = offset === 0 ? `${elsewhere.url}/steal` : null;
        return page(tracks.slice(offset, offset + 50), { total: 60, next });
      },
    });
    expect((await collected).map(({ id }) => id)).toEqual([kacey.id, fred.id, rufus.id]);
    expect(elsewhere.requests).toEqual([]);
    expect(spotify.requests.length).toBeLessThan(10);
  });

  test('a cursor that turns in a circle fails the whole', async () => {
    const { collected } = await collectFrom({
      '/v1/me/following': () => following([kacey], 'same', 'more'),
    });
    await expect(collected).rejects.toBeInstanceOf(PlatformUnavailable);
  });

  test('more without saying where fails the whole', async () => {
    const { collected } = await collectFrom({
      '/v1/me/following': () => following([kacey], null, 'not a url'),
    });
    await expect(collected).rejects.toBeInstanceOf(PlatformUnavailable);
  });

  test('an artist twice in a list that moved keeps the better place', async () => {
    const { collected } = await collectFrom({
      '/v1/me/top/artists': ({ query }) =>
        page(query.get('time_range') === 'short_term' ? [kacey, fred, kacey] : []),
    });
    expect((await collected).map(({ id, topShort }) => [id, topShort])).toEqual([
      [kacey.id, { rank: 1, of: 2 }],
      [fred.id, { rank: 2, of: 2 }],
    ]);
  });

  test('lost tracks, local files and one track on two pages count for what they are', async () => {
    const saved = (id: string | null, ...artists: Shown[]) => ({ track: { id, artists } });
    const { collected } = await collectFrom({
      '/v1/me/tracks': () =>
        page([
          { track: null },
          saved('t1', kacey, fred, kacey),
          saved('t1', kacey, fred, kacey),
          saved('t2', kacey),
          saved(null, { id: null, name: 'my band' }),
          saved(null, kendrick),
        ]),
    });
    expect((await collected).map(({ id, savedTracks }) => [id, savedTracks])).toEqual([
      [kacey.id, 2],
      [fred.id, 1],
      [kendrick.id, 1],
    ]);
  });

  test('the widest image is taken, wherever it stands', async () => {
    const images = [
      { url: 'https://i.scdn.co/image/small', width: 160 },
      { url: 'https://i.scdn.co/image/large', width: 640 },
      { url: 'https://i.scdn.co/image/unknown', width: null },
    ];
    const { collected } = await collectFrom({
      '/v1/me/following': () =>
        following(
          [
            { ...kacey, images },
            { ...fred, images: [{ url: 'https://only' }] },
          ],
          null,
          null,
        ),
    });
    expect((await collected).map(({ imageUrl }) => imageUrl)).toEqual([
      'https://i.scdn.co/image/large',
      'https://only',
    ]);
  });
});
