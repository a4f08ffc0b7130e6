import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../shared/cache/answer.ts';
import { artistsReply } from '../../../shared/http/artists-reply.ts';
import { NOON } from '../../support/a-clock.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

const SECOND = 1_000;
const freshMs = 10_800 * SECOND;

/** A hit of the first page, ten minutes old, but for what a test says. */
function aHit({
  ageSeconds = 600,
  copy = {},
  ...changes
}: Record<string, unknown> & { ageSeconds?: number } = {}) {
  return {
    copy: {
      artists: realisticArtists(10),
      total: 25,
      timestampMs: NOON - ageSeconds * SECOND,
      reauthorizeSoonFromMs: undefined,
      ...(copy as object),
    },
    fence: 'fence',
    cached: true,
    cacheStatus: 'fresh',
    ...changes,
  } as Answer;
}

const reply = (answer: Answer, page = {}) =>
  artistsReply(answer, { page: 0, limit: 10, locale: 'fr', nowMs: NOON, freshMs, ...page });

describe('Cache-Status', () => {
  test.each([
    [{}, 'artists; hit; ttl=10200'],
    [{ cached: false, forwarded: 'miss', stored: true }, 'artists; fwd=miss; stored'],
    [{ cached: false, forwarded: 'stale', stored: true }, 'artists; fwd=stale; stored'],
    [{ cached: false, forwarded: 'miss', stored: false }, 'artists; fwd=miss'],
    [
      { ageSeconds: 11_212, cacheStatus: 'fallback_revoked', warningCode: 'SPOTIFY_TOKEN_REVOKED' },
      'artists; hit; ttl=-412; detail=SPOTIFY_TOKEN_REVOKED',
    ],
    // Marked as stale by a toggle, however young: no freshness is left.
    [
      { cacheStatus: 'stale', warningCode: 'SPOTIFY_UNAVAILABLE' },
      'artists; hit; ttl=0; detail=SPOTIFY_UNAVAILABLE',
    ],
  ])('of %j', (changes, expected) => {
    expect(reply(aHit(changes)).headers['cache-status']).toBe(expected);
  });
});

test('Age counts from cached_at, and is never negative', () => {
  expect(reply(aHit({ ageSeconds: 61.9 })).headers.age).toBe('61');
  expect(reply(aHit({ ageSeconds: -3 })).headers.age).toBe('0');
});

describe('from five months after consent', () => {
  const soon = { copy: { reauthorizeSoonFromMs: NOON } };

  test('a fresh reply hints that the consent ends soon', () => {
    const hint = {
      warning_code: 'REAUTHORIZE_SOON',
      warning: 'L’autorisation Spotify expire bientôt. Reconnectez-vous à Spotify pour la renouveler.',
    };
    expect(reply(aHit(soon)).body).toMatchObject({ cache_status: 'fresh', ...hint, data: hint });
    expect(reply(aHit(soon), { nowMs: NOON - 1 }).body).not.toHaveProperty('warning_code');
  });

  test('what is wrong now comes first', () => {
    const body = reply(aHit({ ...soon, cacheStatus: 'stale', warningCode: 'REFRESH_IN_PROGRESS' })).body;
    expect(body).toMatchObject({ warning_code: 'REFRESH_IN_PROGRESS' });
  });
});

describe('ETag', () => {
  const etag = (answer: Answer, page = {}) => reply(answer, page).etag;

  test('does not change as the copy ages', () => {
    expect(etag(aHit({ ageSeconds: 6_000 }))).toBe(etag(aHit()));
  });

  test('differs with all that the body differs with: list, page, limit, status, warning, language and cached', () => {
    const old = { cacheStatus: 'stale', warningCode: 'SPOTIFY_UNAVAILABLE' };
    const tags = [
      etag(aHit()),
      etag(aHit({ fence: 'another' })),
      etag(aHit({ cached: false, forwarded: 'miss', stored: true })),
      etag(aHit(), { page: 1 }),
      etag(aHit(), { limit: 11 }),
      etag(aHit(old)),
      etag(aHit({ ...old, warningCode: 'SPOTIFY_RATE_LIMITED' })),
      etag(aHit(), { locale: 'en' }),
    ];
    expect(new Set(tags).size).toBe(tags.length);
  });
});

test('ranks count over the whole list', () => {
  const { data } = reply(aHit(), { page: 3, limit: 10 }).body as { data: { artists: { rank: number }[] } };
  expect(data.artists.map(({ rank }) => rank)).toEqual([31, 32, 33, 34, 35, 36, 37, 38, 39, 40]);
});
