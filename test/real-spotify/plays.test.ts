import { describe, expect, onTestFinished, test } from 'vitest';
import { json } from '../../infra/local/spotify/replies.ts';
import { NOON } from '../support/a-clock.ts';
import { startServiceInTime } from '../support/service-in-time.ts';
import { type Bend, bendPath } from '../support/spotify-in-memory.ts';

const RECENT = '/v1/me/player/recently-played';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [KACEY, FRED] = ['70kkdajctXSbqSMJbQO424', '4oLeXFyACqeem2VImYeBFe'];

const play = (atMs: number, artistId = KACEY) => ({
  played_at: new Date(atMs).toISOString(),
  track: { id: null, name: 't', artists: [{ id: artistId, name: 'n' }] },
});
const plays = (count: number, fromMs: number, artistId = KACEY) =>
  Array.from({ length: count }, (_, i) => play(fromMs + i * MINUTE, artistId));

/** Syncs after each of the rounds, in which those plays show up; how many each sync found new. */
async function synced(...rounds: object[][]) {
  const service = startServiceInTime();
  onTestFinished(service.end);
  const user = await service.connected('alice', { artists: 10 });
  const known: { played_at: string }[] = [];
  service.spotify.bend(
    bendPath(RECENT, () => {
      const items = known.toSorted((a, b) => Date.parse(b.played_at) - Date.parse(a.played_at)).slice(0, 50);
      return json(200, { items, next: null, limit: 50, cursors: null });
    }),
  );
  const found: number[] = [];
  for (const round of rounds) {
    known.push(...(round as typeof known));
    found.push((await user.sync()).newPlays);
    await service.pass(MINUTE);
  }
  return found;
}

describe('plays count once, whatever their dates', () => {
  test.each([
    ['a minute ago', NOON - MINUTE],
    ['an hour ahead', NOON + HOUR],
    ['a day ahead', NOON + 24 * HOUR],
    ['in 2099', Date.UTC(2099, 0)],
    ['in 1970', 0],
  ])('five after one that is dated %s', async (_, atMs) => {
    expect(await synced([play(atMs, FRED)], plays(5, NOON - 50_000), [])).toEqual([1, 5, 0]);
  });

  test('eight of a flight, hours late', async () => {
    expect(await synced([play(NOON - MINUTE)], plays(8, NOON - 3 * HOUR), [])).toEqual([1, 8, 0]);
  });

  test.each<[string, object[][], number[]]>([
    [
      'late ones of two devices, between each other',
      [plays(4, NOON - 4 * HOUR), plays(4, NOON - 4 * HOUR + 30_000, FRED)],
      [4, 4],
    ],
    ['two of one moment, of two artists', [[play(NOON), play(NOON, FRED)], []], [2, 0]],
    ['one that Spotify tells of twice', [[play(NOON), play(NOON)], [play(NOON)]], [1, 0]],
    [
      'more than Spotify remembers, in time',
      [plays(50, NOON - 9 * HOUR), plays(50, NOON - 8 * HOUR)],
      [50, 50],
    ],
  ])('%s', async (_, rounds, expected) => {
    expect(await synced(...rounds)).toEqual(expected);
  });
});

describe('plays on several pages, because Spotify gives fewer at once, are all read', () => {
  /** The 50 plays that Spotify knows, by pages of `max`, the latest first. */
  const pagesOf = (max: number, told: (page: Record<string, unknown>) => void = () => undefined): Bend => {
    const known = plays(50, NOON - HOUR).reverse();
    return bendPath(RECENT, ({ query }) => {
      const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY);
      const left = known.filter(({ played_at }) => Date.parse(played_at) < before);
      const items = left.slice(0, max);
      const cursor = String(Date.parse(items.at(-1)?.played_at ?? ''));
      const page = {
        items,
        limit: max,
        next: left.length > max ? `https://spotify.test${RECENT}?before=${cursor}` : null,
        cursors: items.length > 0 ? { before: cursor } : null,
      };
      told(page);
      return json(200, page);
    });
  };

  test.each<[string, Bend, number, number]>([
    ['all at once', pagesOf(50), 1, 50],
    ['20 a page', pagesOf(20), 3, 50],
    ['10 a page', pagesOf(10), 5, 50],
    [
      '20 a page, told by the link alone',
      pagesOf(20, (page) => Object.assign(page, { cursors: null })),
      3,
      50,
    ],
    [
      '20 a page, told by cursor and limit alone',
      pagesOf(20, (page) => Object.assign(page, { next: null })),
      3,
      50,
    ],
    ['one odd on each page', pagesOf(20, (page) => (page.items as unknown[]).splice(0, 1, null)), 3, 47],
    ['one a page: as far as five calls go', pagesOf(1), 5, 5],
    [
      'a cursor that leads nowhere',
      pagesOf(20, (page) => Object.assign(page, { cursors: { before: '9' } })),
      2,
      20,
    ],
  ])('%s', async (_, bend, calls, newPlays) => {
    const service = startServiceInTime();
    onTestFinished(service.end);
    const user = await service.connected('alice', { artists: 10 });
    service.spotify.bend(bend);
    expect(await user.sync()).toMatchObject({ newPlays });
    expect(user.calls(RECENT)).toHaveLength(calls);
    expect(await user.sync()).toMatchObject({ newPlays: 0 });
  });
});
