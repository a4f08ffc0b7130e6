import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addPlays,
  decodeWeights,
  encodeWeights,
  HALF_LIFE_MS,
  NO_PLAYS,
  weightAt,
  withPlay,
} from '../../../shared/artists/plays.ts';
import { NOON } from '../../support/a-clock.ts';

const DAY = 86_400_000;
const KACEY = '70kkdajctXSbqSMJbQO424';
const FRED = '4oLeXFyACqeem2VImYeBFe';
const id = (n: number) => String(n).padStart(22, '0');

describe('the weight of plays', () => {
  test('a play counts one, half after 14 days, a quarter after 28', () => {
    const play = withPlay(undefined, NOON);
    expect(weightAt(play, NOON)).toBe(1);
    expect(weightAt(play, NOON + HALF_LIFE_MS)).toBe(0.5);
    expect(weightAt(play, NOON + 2 * HALF_LIFE_MS)).toBe(0.25);
  });

  test('a play of the future weighs no more than one of now', () => {
    expect(weightAt(withPlay(undefined, NOON + DAY), NOON)).toBe(1);
  });

  test('gathered over many syncs, in any order, plays weigh what each weighs by itself', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: NOON - 80 * DAY, max: NOON }), { minLength: 1 }), (times) => {
        const gathered = times.reduce<ReturnType<typeof withPlay> | undefined>(withPlay, undefined);
        const expected = times.reduce((sum, atMs) => sum + weightAt({ weight: 1, atMs }, NOON), 0);
        expect(weightAt(gathered ?? { weight: 0, atMs: 0 }, NOON)).toBeCloseTo(expected, 9);
      }),
    );
  });
});

describe('adding plays', () => {
  const at = (minutesAgo: number, ...artistIds: string[]) => ({
    playedAtMs: NOON - minutesAgo * 60_000,
    artistIds,
  });

  test('counts a play for each of its artists', () => {
    const { plays, ...counts } = addPlays(NO_PLAYS, [at(1, KACEY, FRED), at(5, KACEY)], NOON);
    expect(counts).toEqual({ newPlays: 2, artistsUpdated: 2 });
    expect(weightAt(plays.weights.get(KACEY) ?? { weight: 0, atMs: 0 }, NOON)).toBeCloseTo(2, 2);
  });

  test('counts what is known already no second time', () => {
    const { plays } = addPlays(NO_PLAYS, [at(5, KACEY)], NOON);
    const again = addPlays(plays, [at(1, FRED), at(5, KACEY)], NOON);
    expect(again).toMatchObject({ newPlays: 1, artistsUpdated: 1 });
    expect(again.plays.weights.get(KACEY)).toEqual(plays.weights.get(KACEY));
  });

  test.each([60, 60 * 24 * 365 * 73])('that are dated %i minutes ahead hide no others', (minutes) => {
    const { plays } = addPlays(NO_PLAYS, [at(-minutes, KACEY)], NOON);
    const next = addPlays(plays, [at(-minutes, KACEY), at(3, KACEY), at(2, FRED)], NOON);
    expect(next.newPlays).toBe(2);
    expect(weightAt(next.plays.weights.get(KACEY) ?? { weight: 0, atMs: 0 }, NOON)).toBeCloseTo(2, 2);
  });

  test('that show up late count once, however often they are read', () => {
    const flight = [at(180, KACEY), at(170, KACEY), at(160, FRED)];
    const { plays } = addPlays(NO_PLAYS, [at(1, FRED)], NOON);
    const landed = addPlays(plays, [at(1, FRED), ...flight], NOON);
    expect(landed.newPlays).toBe(3);
    expect(addPlays(landed.plays, [at(1, FRED), ...flight], NOON).newPlays).toBe(0);
  });

  test('remembers at most 200 of them, the latest', () => {
    const many = Array.from({ length: 300 }, (_, n) => at(n, KACEY));
    const { plays } = addPlays(NO_PLAYS, many, NOON);
    expect(plays.counted).toHaveLength(200);
    expect(addPlays(plays, many.slice(0, 50), NOON).newPlays).toBe(0);
  });

  test('counts each play once, however many are dated in the future', () => {
    const future = Array.from({ length: 200 }, (_, n) => at(-(n + 1), id(n)));
    const present = Array.from({ length: 50 }, (_, n) => at(n, id(n)));
    const first = addPlays(addPlays(NO_PLAYS, future, NOON).plays, present, NOON);
    expect(first.newPlays).toBe(50);
    expect(addPlays(first.plays, present, NOON).newPlays).toBe(0);
  });

  test('lets go of what is older than 90 days', () => {
    const { plays } = addPlays(NO_PLAYS, [{ playedAtMs: NOON, artistIds: [KACEY] }], NOON);
    const later = NOON + 90 * DAY;
    const kept = addPlays(plays, [{ playedAtMs: later, artistIds: [FRED] }], later).plays;
    expect([...kept.weights.keys()]).toEqual([KACEY, FRED]);
    const gone = addPlays(plays, [{ playedAtMs: later + 1, artistIds: [FRED] }], later + 1).plays;
    expect([...gone.weights.keys()]).toEqual([FRED]);
  });

  test('keeps the 500 artists that weigh most', () => {
    const many = Array.from({ length: 600 }, (_, n) => at(600 - n, id(n)));
    const { plays } = addPlays(NO_PLAYS, many, NOON);
    expect(plays.weights.size).toBe(500);
    expect(plays.weights.has(id(599))).toBe(true);
    expect(plays.weights.has(id(99))).toBe(false);
    expect(encodeWeights(plays.weights).byteLength).toBe(19_000);
  });
});

describe('stored plays', () => {
  test('are read as they were written', () => {
    const weights = fc.dictionary(
      fc.stringMatching(/^[0-9A-Za-z]{22}$/),
      fc.record({ weight: fc.double({ min: 0, noNaN: true }), atMs: fc.nat() }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(weights, (any) => {
        const map = new Map(Object.entries(any));
        expect(decodeWeights(encodeWeights(map))).toEqual(map);
      }),
    );
  });

  test('that are cut off are a defect', () => {
    expect(() => decodeWeights(new Uint8Array(37))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});
