import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScoreInputs, scoreOf } from '../../../shared/artists/scoring.ts';

const NOTHING: ScoreInputs = { playWeight: 0, savedTracks: 0, followed: false };
const first = { rank: 1, of: 50 };

describe('what each input brings', () => {
  test.each<[string, Partial<ScoreInputs>, number]>([
    ['nothing', {}, 0],
    ['first of four weeks', { topShort: first }, 40],
    ['first of six months', { topMedium: first }, 25],
    ['first of a year', { topLong: first }, 15],
    ['last of four weeks', { topShort: { rank: 50, of: 50 } }, 0.8],
    ['second of three', { topShort: { rank: 2, of: 3 } }, 26.67],
    ['ten plays of today', { playWeight: 10 }, 6.32],
    ['more plays than anybody has', { playWeight: 10_000 }, 10],
    ['one saved track', { savedTracks: 1 }, 1.14],
    ['twenty saved tracks', { savedTracks: 20 }, 5],
    ['a thousand saved tracks', { savedTracks: 1_000 }, 5],
    ['being followed', { followed: true }, 5],
  ])('%s', (_, inputs, score) => {
    expect(scoreOf({ ...NOTHING, ...inputs })).toBe(score);
  });

  test('who leads in everything has a hundred', () => {
    expect(
      scoreOf({
        topShort: first,
        topMedium: first,
        topLong: first,
        playWeight: 1e9,
        savedTracks: 1e9,
        followed: true,
      }),
    ).toBe(100);
  });
});

const standing = fc
  .record({ of: fc.integer({ min: 1, max: 200 }), fraction: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ of, fraction }) => ({ of, rank: 1 + Math.floor(fraction * (of - 1)) }));
const inputs: fc.Arbitrary<ScoreInputs> = fc.record({
  topShort: fc.option(standing, { nil: undefined }),
  topMedium: fc.option(standing, { nil: undefined }),
  topLong: fc.option(standing, { nil: undefined }),
  playWeight: fc.double({ min: 0, max: 1e6, noNaN: true }),
  savedTracks: fc.nat(10_000),
  followed: fc.boolean(),
});

describe('whatever the inputs', () => {
  test('a score is 0 to 100, with two decimals, and always the same', () => {
    fc.assert(
      fc.property(inputs, (any) => {
        const score = scoreOf(any);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(score).toBe(Number(score.toFixed(2)));
        expect(scoreOf({ ...any })).toBe(score);
      }),
    );
  });

  const better: [string, (any: ScoreInputs) => ScoreInputs][] = [
    ['a better rank of four weeks', (any) => ({ ...any, topShort: oneUp(any.topShort) })],
    ['a better rank of six months', (any) => ({ ...any, topMedium: oneUp(any.topMedium) })],
    ['a better rank of a year', (any) => ({ ...any, topLong: oneUp(any.topLong) })],
    ['a play more', (any) => ({ ...any, playWeight: any.playWeight + 1 })],
    ['a saved track more', (any) => ({ ...any, savedTracks: any.savedTracks + 1 })],
    ['being followed', (any) => ({ ...any, followed: true })],
  ];
  const oneUp = (known: ScoreInputs['topShort']) =>
    known ? { ...known, rank: Math.max(1, known.rank - 1) } : { rank: 200, of: 200 };

  test.each(better)('%s never lowers it', (_, improve) => {
    fc.assert(
      fc.property(inputs, (any) => {
        expect(scoreOf(improve(any))).toBeGreaterThanOrEqual(scoreOf(any));
      }),
    );
  });
});
