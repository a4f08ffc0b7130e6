import { describe, expect, onTestFinished, test } from 'vitest';
import { json } from '../../infra/local/spotify/replies.ts';
import { NOON } from '../support/a-clock.ts';
import { startServiceInTime } from '../support/service-in-time.ts';
import { bendPath } from '../support/spotify-in-memory.ts';

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
