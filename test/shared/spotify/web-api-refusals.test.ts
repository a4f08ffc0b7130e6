import { describe, expect, test } from 'vitest';
import { failedListOf, PlatformScopeMissing, PlatformUnavailable } from '../../../shared/errors.ts';
import { SPOTIFY_PLATFORM } from '../../../shared/spotify-platform.ts';
import type { ScriptedReply } from '../../support/scripted-server.ts';
import { apiError, failureOf, OK, sessionThat, sessionWith } from '../../support/web-api-session.ts';

const listOf = (error: unknown) => failedListOf(error, SPOTIFY_PLATFORM.needs.optional);

const CHALLENGE = {
  'www-authenticate': 'Bearer realm="spotify", error="insufficient_scope", scope="user-top-read"',
};

describe('a scope that is missing', () => {
  test.each<[string, ScriptedReply]>([
    ['403 in words', apiError(403, 'Insufficient client scope')],
    ['403 in the challenge alone', { status: 403, headers: CHALLENGE, body: 'Forbidden' }],
    ['401 in words', apiError(401, 'Permissions missing')],
    ['401 in the challenge alone', { status: 401, headers: CHALLENGE }],
    [
      '401 in the challenge, without quotes',
      { status: 401, headers: { 'www-authenticate': 'Bearer error=insufficient_scope' } },
    ],
  ])('may be said by %s, and renews no token', async (_, reply) => {
    const { get, requests, renewals } = await sessionThat(reply);
    expect(await failureOf(get())).toBeInstanceOf(PlatformScopeMissing);
    expect(requests).toHaveLength(1);
    expect(renewals()).toBe(0);
  });

  test.each<[string, ScriptedReply]>([
    ['another challenge', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }],
    ['another 401', apiError(401, 'Invalid access token')],
    ['a 403 that only mentions it', apiError(403, 'No insufficient client scope here')],
    ['words with another status', apiError(400, 'Insufficient client scope')],
  ])('is not what %s says', async (_, reply) => {
    const { get } = await sessionThat(reply);
    expect(await failureOf(get())).toBeInstanceOf(PlatformUnavailable);
  });
});

describe('403', () => {
  test.each<[string, ScriptedReply]>([
    ['the developer dashboard', { status: 403, body: 'User not registered in the Developer Dashboard' }],
    [
      'the owner without premium',
      { status: 403, body: 'Active premium subscription required for the owner' },
    ],
    ['something else in JSON', apiError(403, 'Forbidden')],
  ])('about %s is trouble with our application', async (_, reply) => {
    const { get, requests } = await sessionThat(reply);
    const error = await failureOf(get());
    expect(error).toBeInstanceOf(PlatformUnavailable);
    expect(error).toMatchObject({ cause: { name: 'ApplicationTrouble', reason: 'forbidden' } });
    expect(requests).toHaveLength(1);
  });
});

describe('a server that says how long to wait', () => {
  const busy = (seconds: string) => ({ status: 503, headers: { 'retry-after': seconds }, body: 'busy' });

  test('is waited for like a 429, up to three seconds', async () => {
    const { get, clock, usage } = await sessionThat(busy('2'), OK);
    expect(await get()).toEqual({ ok: true });
    expect(clock.sleeps).toEqual([2_000]);
    expect(usage).toMatchObject({ calls: 2, failures: 1, rateLimited: 0 });
  });

  test.each([
    ['seconds', '120', 120],
    ['a date', 'Sun, 22 Nov 2026 12:10:00 GMT', 600],
    ['less than the back-off of a user', '4', 30],
  ])('is not asked again before: %s', async (_, header, retryAfterSeconds) => {
    const { get, clock, requests } = await sessionThat(busy(header));
    expect(await failureOf(get())).toMatchObject({ constructor: PlatformUnavailable, retryAfterSeconds });
    expect(clock.sleeps).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

describe('what failed', () => {
  const QUOTA = {
    status: 429,
    headers: { 'retry-after': '86207' },
    body: { error: { status: 429, message: 'API quota exceeded', reason: 'QUOTA_EXCEEDED' } },
  };

  test.each([
    ['/v1/me/tracks', 'tracks', 'saved'],
    ['/v1/me/following', 'following', 'followed'],
    ['/v1/me/top/artists', 'top', undefined],
    ['/v1/me/player/recently-played', 'player', undefined],
    ['/v1/me', 'me', undefined],
  ])('%s is told by each kind of failure', async (path, bucket, list) => {
    for (const reply of [QUOTA, { status: 502 }, { status: 403 }, { body: 'nonsense' }, 'cut'] as const) {
      const { get } = await sessionThat(reply);
      const error = await failureOf(get(path));
      expect(error).toMatchObject({ bucket });
      expect(listOf(error)).toBe(list);
    }
  });

  test('is the first call, also for those that it ended', async () => {
    const { get } = await sessionWith(({ path }) =>
      path === '/v1/me/top/artists' ? { status: 403 } : 'answered',
    );
    const failures = await Promise.all(
      ['/v1/me/tracks', '/v1/me/top/artists'].map((path) => failureOf(get(path))),
    );
    expect(failures.map(listOf)).toEqual([undefined, undefined]);
  });

  test('does not end the others where it is an optional list: they tell whether it was its own failure', async () => {
    const { get } = await sessionWith(async ({ path }) => {
      if (path === '/v1/me/tracks') return { status: 403 };
      await new Promise((resolve) => setTimeout(resolve, 20));
      return OK;
    });
    const [saved, top] = await Promise.all(
      ['/v1/me/tracks', '/v1/me/top/artists'].map((path) => failureOf(get(path))),
    );
    expect([listOf(saved), top]).toEqual(['saved', undefined]);
  });

  test('a quota is told from the limit of the application', async () => {
    const { get } = await sessionThat(QUOTA);
    expect(await failureOf(get())).toMatchObject({ reason: 'quota', retryAfterSeconds: 86_207 });
    const limited = await sessionThat(apiError(429, 'limit', { 'retry-after': '5' }));
    const error = await failureOf(limited.get('/v1/me/tracks'));
    expect(error).toMatchObject({ reason: 'rate_limit', retryAfterSeconds: 5, bucket: 'tracks' });
    expect(listOf(error)).toBeUndefined();
  });

  test('of anything else no list is to blame', () => {
    expect(listOf(new PlatformScopeMissing('scope'))).toBeUndefined();
    expect(listOf(new PlatformUnavailable('deadline'))).toBeUndefined();
    expect(listOf(undefined)).toBeUndefined();
  });
});
