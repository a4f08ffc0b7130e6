import { describe, expect, test } from 'vitest';
import { retryAfterSeconds } from '../../../shared/spotify/retry-after.ts';
import { NOON } from '../../support/a-clock.ts';

describe('Retry-After', () => {
  test.each([
    ['whole seconds', '2', 2],
    ['the quota of a day', '48925', 48_925],
    ['no time at all is a second', '0', 1],
    ['more than a day is a day', '604800', 86_400],
    ['more than a number can hold is a day', '9'.repeat(400), 86_400],
    ['a date', 'Sun, 22 Nov 2026 12:00:09 GMT', 9],
    ['a date that is over', 'Sun, 22 Nov 2026 11:00:00 GMT', 1],
    ['absent', null, 30],
    ['empty', '', 30],
    ['negative', '-5', 30],
    ['a fraction', '1.5', 30],
    ['words', 'soon', 30],
    ['words that look like a date', 'Foo, bar GMT', 30],
  ])('%s', (_, header, expected) => {
    expect(retryAfterSeconds(header, NOON)).toBe(expected);
  });
});
