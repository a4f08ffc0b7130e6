import { describe, expect, test } from 'vitest';
import { freshness } from '../../../shared/cache/entry.ts';

const HOUR = 3_600_000;
const windows = { freshMs: 3 * HOUR, keepMs: 6 * HOUR };
const NOW = Date.UTC(2026, 10, 22, 12);

const aged = (ageMs: number, isStale = false) =>
  freshness({ timestampMs: NOW - ageMs, isStale }, NOW, windows);

describe('a copy', () => {
  test.each([
    [0, 'fresh'],
    [3 * HOUR - 1, 'fresh'],
    [3 * HOUR, 'old'],
    [6 * HOUR - 1, 'old'],
    [6 * HOUR, 'expired'],
    [60 * HOUR, 'expired'],
  ])('of %d ms is %s', (ageMs, expected) => {
    expect(aged(ageMs)).toBe(expected);
  });

  test('that was marked as stale is old from the first moment, and expires like any other', () => {
    expect([aged(0, true), aged(6 * HOUR - 1, true), aged(6 * HOUR, true)]).toEqual([
      'old',
      'old',
      'expired',
    ]);
  });

  test('from a clock that is a little ahead is fresh; from a nonsensical future it is not served', () => {
    expect([aged(-5 * 60_000), aged(-11 * 60_000)]).toEqual(['fresh', 'expired']);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'with a timestamp that is %d is not served',
    (timestampMs) => {
      expect(freshness({ timestampMs, isStale: false }, NOW, windows)).toBe('expired');
    },
  );
});
