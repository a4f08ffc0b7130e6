import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { PlatformUnavailable } from '../../../shared/errors.ts';
import { noUsage } from '../../../shared/spotify/call.ts';
import { collectArtists } from '../../../shared/spotify/collect-artists.ts';
import { RecentlyPlayedReply, type SkipReason } from '../../../shared/spotify/schemas.ts';
import { createWebApi } from '../../../shared/spotify/web-api.ts';
import { startScripted } from '../../support/scripted-server.ts';

const KACEY = { id: '70kkdajctXSbqSMJbQO424', name: 'Kacey Musgraves', type: 'artist' };
const FRED = { id: '4oLeXFyACqeem2VImYeBFe', name: 'Fred again..', type: 'artist' };
const TRACK = { id: 't1', name: 'a track', type: 'track', artists: [KACEY] };

interface Lists {
  top?: unknown[];
  followed?: unknown[];
  saved?: unknown[];
}

/** What is collected of an account whose lists hold these, as they are, and what was left out. */
async function collect({ top = [], followed = [], saved = [] }: Lists) {
  const page = (items: unknown[] | null) => ({
    items,
    limit: 50,
    offset: 0,
    total: items?.length,
    next: null,
  });
  const lists: Record<string, unknown> = {
    '/v1/me/top/artists': page(top),
    '/v1/me/following': { artists: { ...page(followed), cursors: { after: null } } },
    '/v1/me/tracks': page(saved),
  };
  const spotify = await startScripted(({ path }) => ({ body: lists[path] }));
  const usage = noUsage();
  const session = createWebApi({ apiUrl: spotify.url, clock: systemClock }).open({
    accessToken: 'BQ',
    renew: () => Promise.reject(new Error('no renewal expected')),
    signal: new AbortController().signal,
    usage,
  });
  const artists = await collectArtists(session);
  return { artists, ids: artists.map(({ id }) => id), usage };
}

const without = <T extends object>(value: T, field: keyof T) => ({ ...value, [field]: undefined });

describe('an odd artist costs its list nothing but itself', () => {
  const ODD: [string, unknown, SkipReason][] = [
    ['null', null, 'nothing'],
    ['a text', 'Fred again..', 'nothing'],
    ['without an id', without(FRED, 'id'), 'no_id'],
    ['with the id null', { ...FRED, id: null }, 'no_id'],
    ['with an empty id', { ...FRED, id: '' }, 'unfit'],
    ['with an id that is none', { ...FRED, id: '../secrets' }, 'unfit'],
    ['without a name', without(FRED, 'name'), 'unfit'],
    ['with the name null', { ...FRED, name: null }, 'unfit'],
    ['with an empty name', { ...FRED, name: ' ' }, 'unfit'],
    ['a show', { ...FRED, type: 'show' }, 'other_kind'],
  ];

  test.each(ODD)('%s', async (_, odd, reason) => {
    const top = await collect({ top: [odd, KACEY] });
    expect(top.ids).toEqual([KACEY.id]);
    expect(top.artists[0]?.topShort).toEqual({ rank: 1, of: 1 });
    expect(top.usage).toMatchObject({ failures: 0, skipped: 3, skippedBy: { [reason]: 3 } });
    const followed = await collect({ followed: [KACEY, odd] });
    expect(followed.ids).toEqual([KACEY.id]);
    expect(followed.usage).toMatchObject({ skipped: 1, skippedBy: { [reason]: 1 } });
  });

  test.each<[string, object]>([
    ['no type', without(KACEY, 'type')],
    ['images null', { ...KACEY, images: null }],
    ['images that are no list', { ...KACEY, images: 'none' }],
    ['an image that is null', { ...KACEY, images: [null, {}, { url: null }] }],
    ['genres null', { ...KACEY, genres: null }],
    ['genres of which one is null', { ...KACEY, genres: [null, 7] }],
    ['links null', { ...KACEY, external_urls: null }],
    ['links that are no links', { ...KACEY, external_urls: { spotify: 7 } }],
    [
      'everything null that may be',
      { ...KACEY, images: null, genres: null, external_urls: null, href: null, uri: null },
    ],
  ])('what else an artist may lack does not cost it: %s', async (_, artist) => {
    const { artists, usage } = await collect({ followed: [artist] });
    expect(artists).toEqual([
      {
        id: KACEY.id,
        name: KACEY.name,
        imageUrl: null,
        url: `https://open.spotify.com/artist/${KACEY.id}`,
        genres: [],
        followed: true,
        savedTracks: 0,
      },
    ]);
    expect(usage.skipped).toBe(0);
  });
});

describe('an odd saved item costs its list nothing but itself', () => {
  const track = (change: object) => ({
    added_at: '2026-11-22T12:00:00Z',
    track: { ...TRACK, id: 't2', ...change },
  });

  test.each<[string, unknown, SkipReason]>([
    ['null', null, 'nothing'],
    ['without a track', {}, 'no_id'],
    ['with the track null', { track: null }, 'nothing'],
    ['an episode without artists', track({ type: 'episode', artists: undefined }), 'other_kind'],
    ['an episode with artists null', track({ type: 'episode', artists: null }), 'other_kind'],
    ['a track that credits shows only', track({ artists: [{ ...FRED, type: 'show' }] }), 'unfit'],
    ['a track without artists', track({ artists: [] }), 'unfit'],
    [
      'a local file',
      track({ id: null, is_local: true, artists: [{ id: null, name: 'my band' }] }),
      'local_file',
    ],
    ['artists that are no list', track({ artists: 'Fred' }), 'unfit'],
  ])('%s', async (_, odd, reason) => {
    const { artists, usage } = await collect({ saved: [odd, { track: TRACK }] });
    expect(artists).toMatchObject([{ id: KACEY.id, savedTracks: 1 }]);
    expect(usage).toMatchObject({ failures: 0, skipped: 1, skippedBy: { [reason]: 1 } });
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['without an id', without(FRED, 'id')],
    ['a show', { ...FRED, type: 'show' }],
    ['of a local file', { id: null, name: 'my band' }],
  ])('a track counts for its other artists when one credit is odd: %s', async (_, odd) => {
    const { ids, usage } = await collect({ saved: [{ track: { ...TRACK, artists: [odd, KACEY] } }] });
    expect(ids).toEqual([KACEY.id]);
    expect(usage.skipped).toBe(0);
  });
});

describe('odd plays', () => {
  const play = (change: object) => ({ played_at: '2026-11-22T12:00:00.000Z', track: TRACK, ...change });

  test.each<[string, unknown, SkipReason]>([
    ['null', null, 'nothing'],
    ['of nothing', play({ track: null }), 'nothing'],
    ['of an episode', play({ track: { id: 'e', type: 'episode' } }), 'other_kind'],
    ['of a local file', play({ track: { ...TRACK, is_local: true, artists: [{ id: null }] } }), 'local_file'],
    ['without a date', play({ played_at: null }), 'unfit'],
    ['with a date that is none', play({ played_at: 'yesterday' }), 'unfit'],
  ])('%s: the others are read', (_, odd, reason) => {
    const reply = v.parse(RecentlyPlayedReply, { items: [odd, play({})], cursors: null });
    expect(reply.items).toMatchObject([{ track: { artists: [{ id: KACEY.id }] } }]);
    expect(reply.skipped).toEqual([reason]);
  });
});

describe('a page of which nothing can be read', () => {
  const many = (item: unknown, length = 50) => Array.from({ length }, () => item);

  test.each<[string, Lists]>([
    ['nulls', { top: many(null) }],
    ['artists without ids', { followed: many(without(FRED, 'id')) }],
    ['tracks without artists', { saved: many({ track: without(TRACK, 'artists') }) }],
  ])('is a changed interface, not an empty list: %s', async (_, lists) => {
    await expect(collect(lists)).rejects.toBeInstanceOf(PlatformUnavailable);
  });

  test.each<[string, Lists]>([
    ['a few nulls', { top: many(null, 3) }],
    ['episodes only', { saved: many({ track: { type: 'episode', id: 'e' } }) }],
    ['local files only', { saved: many({ track: { ...TRACK, is_local: true, artists: [] } }) }],
  ])('may be one: %s', async (_, lists) => {
    expect((await collect(lists)).ids).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'none'],
    ['an object', {}],
  ])('is nonsense where the items themselves are %s', async (_, items) => {
    await expect(collect({ top: items as unknown[] })).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});

describe('links and images', () => {
  const linked = async (spotify: string) =>
    (await collect({ followed: [{ ...KACEY, external_urls: { spotify } }] })).artists[0]?.url;
  const implied = `https://open.spotify.com/artist/${KACEY.id}`;

  test.each([
    'https://open.spotify.com/artist/70kkdajctXSbqSMJbQO424?si=1',
    'https://open.spotify.com/intl-fr/artist/70kkdajctXSbqSMJbQO424',
  ])('a page of Spotify is kept: %s', async (url) => {
    expect(await linked(url)).toBe(url);
  });

  test.each([
    'javascript:alert(1)',
    'http://open.spotify.com/artist/70kkdajctXSbqSMJbQO424',
    'https://evil.example/artist/70kkdajctXSbqSMJbQO424',
    'https://open.spotify.com.evil.example/',
    'https://open.spotify.com:8443/artist/x',
    'https://evil.example/https://open.spotify.com/',
    'data:text/html,hello',
    'spotify:artist:70kkdajctXSbqSMJbQO424',
    '',
  ])('anything else becomes the link that the id implies: %s', async (url) => {
    expect(await linked(url)).toBe(implied);
  });

  test('what a link carries beside its path and query is left out', async () => {
    expect(await linked(`https://user:secret@open.spotify.com/artist/${KACEY.id}#x`)).toBe(implied);
  });

  test.each([
    'http://i.scdn.co/image/a',
    'javascript:alert(1)',
    '//i.scdn.co/image/a',
    'data:image/png;base64,AA',
    '',
  ])('an image that is not of https is none: %s', async (url) => {
    const images = [
      { url, width: 640 },
      { url: 'https://i.scdn.co/image/b', width: 'wide' },
    ];
    const { artists } = await collect({
      followed: [
        { ...KACEY, images },
        { ...FRED, images: [{ url }] },
      ],
    });
    expect(artists.map(({ imageUrl }) => imageUrl)).toEqual(['https://i.scdn.co/image/b', null]);
  });
});

test('what is left out is told by reason and number, never by content', async () => {
  const { usage } = await collect({ followed: [KACEY, null, { ...FRED, name: null }] });
  expect(usage).toMatchObject({ skipped: 2, skippedBy: { nothing: 1, unfit: 1 } });
  expect(JSON.stringify(usage)).not.toContain('Fred');
});
