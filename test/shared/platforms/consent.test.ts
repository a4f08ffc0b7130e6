import { describe, expect, test } from 'vitest';
import { reauthorizeByMs, reauthorizeSoonFromMs } from '../../../shared/platforms/connection.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number) => new Date(ms).toISOString();

describe('Spotify ends a consent after six months', () => {
  test.each([
    ['an ordinary day', '2026-11-22T12:34:56.789Z', '2027-05-22T12:34:56.789Z', '2027-04-22T12:34:56.789Z'],
    [
      'a day that the month does not have',
      '2026-08-31T23:59:59.999Z',
      '2027-02-28T23:59:59.999Z',
      '2027-01-31T23:59:59.999Z',
    ],
    ['a leap day', '2027-08-31T00:00:00.000Z', '2028-02-29T00:00:00.000Z', '2028-01-31T00:00:00.000Z'],
    ['from a leap day', '2028-02-29T12:00:00.000Z', '2028-08-29T12:00:00.000Z', '2028-07-29T12:00:00.000Z'],
    [
      'over the end of a year',
      '2026-09-30T12:00:00.000Z',
      '2027-03-30T12:00:00.000Z',
      '2027-02-28T12:00:00.000Z',
    ],
  ])('%s', (_, authorizedAt, reauthorizeBy, reauthorizeSoonFrom) => {
    expect(iso(reauthorizeByMs(at(authorizedAt)))).toBe(reauthorizeBy);
    expect(iso(reauthorizeSoonFromMs(at(authorizedAt)))).toBe(reauthorizeSoonFrom);
  });
});
