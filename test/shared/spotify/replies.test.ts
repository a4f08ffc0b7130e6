import { describe, expect, test } from 'vitest';
import { parseRetryAfter, rateLimited } from '../../../shared/spotify/replies.ts';
import { NOON } from '../../support/a-clock.ts';

describe('Retry-After', () => {
  test.each([
    ['whole seconds', '2', 2],
    ['the quota of a day', '48925', 48_925],
    ['no time at all is a second', '0', 1],
    ['more than a day is a day', '604800', 86_400],
    ['more than a number can hold is a day', '9'.repeat(400), 86_400],
    ['a date', 'Sun, 22 Nov 2026 12:00:09 GMT', 9],
    ['a date with a two-digit year', 'Sunday, 22-Nov-26 12:00:09 GMT', 9],
    ['a date as C writes it', 'Sun Nov 22 12:00:09 2026', 9],
    ['a day of one digit, as C writes it', 'Tue Dec  1 12:00:00 2026', 86_400],
    ['a leap second', 'Sun, 22 Nov 2026 12:00:60 GMT', 60],
    ['a date that is over', 'Sun, 22 Nov 2026 11:00:00 GMT', 1],
    ['a two-digit year of the last century', 'Sunday, 06-Nov-94 08:49:37 GMT', 1],
    ['a two-digit year at most 50 years ahead', 'Sunday, 22-Nov-76 12:00:00 GMT', 86_400],
  ])('%s', (_, header, expected) => {
    expect(parseRetryAfter(header, NOON)).toBe(expected);
  });

  test.each([
    ['absent', null],
    ['empty', ''],
    ['negative', '-5'],
    ['a fraction', '1.5'],
    ['a unit', '5s'],
    ['two at once', '2, 5'],
    ['words', 'soon'],
    ['words that look like a date', 'Foo, bar GMT'],
    ['a month that is none', 'Sun, 22 Now 2026 12:00:09 GMT'],
    ['a day that is none', 'Tue, 31 Nov 2026 12:00:09 GMT'],
    ['an hour that is none', 'Sun, 22 Nov 2026 24:00:00 GMT'],
    ['another time zone', 'Sun, 22 Nov 2026 12:00:09 CET'],
    ['a date of another standard', '2026-11-22T12:00:09Z'],
  ])('%s says nothing', (_, header) => {
    expect(parseRetryAfter(header, NOON)).toBeUndefined();
  });
});

describe('a 429', () => {
  const reply = (body: unknown, retryAfter?: string) => ({
    headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const QUOTA = { error: { status: 429, message: 'API quota exceeded', reason: 'QUOTA_EXCEEDED' } };
  const LIMIT = { error: { status: 429, message: 'API rate limit exceeded' } };

  test.each([
    ['a quota', reply(QUOTA, '48925'), { reason: 'quota', retryAfterSeconds: 48_925 }],
    ['a quota without a time', reply(QUOTA), { reason: 'quota', retryAfterSeconds: 30 }],
    ['the limit of the application', reply(LIMIT, '2'), { reason: 'rate_limit', retryAfterSeconds: 2 }],
    [
      'a long one without a reason',
      reply(LIMIT, '48925'),
      { reason: 'rate_limit', retryAfterSeconds: 48_925 },
    ],
    [
      'another reason',
      reply({ error: { reason: 'ELSE' } }, '3'),
      { reason: 'rate_limit', retryAfterSeconds: 3 },
    ],
    ['plain text', reply('Too many requests'), { reason: 'rate_limit', retryAfterSeconds: 30 }],
    ['a time that is nonsense', reply(LIMIT, 'soon'), { reason: 'rate_limit', retryAfterSeconds: 30 }],
  ])('%s says why, until when and for whom', (_, limited, expected) => {
    expect(rateLimited(limited, 'tracks', NOON)).toMatchObject({ ...expected, bucket: 'tracks' });
  });
});
