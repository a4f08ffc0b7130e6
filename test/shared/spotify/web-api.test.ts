import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  failedListOf,
  PlatformRateLimited,
  PlatformScopeMissing,
  PlatformUnavailable,
} from '../../../shared/errors.ts';
import { applicationTrouble } from '../../../shared/spotify/unavailable.ts';
import { noUsage } from '../../../shared/spotify/usage.ts';
import { createWebApi } from '../../../shared/spotify/web-api.ts';
import { aClock } from '../../support/a-clock.ts';
import { inTurn, type ScriptedReply, startScripted } from '../../support/scripted-server.ts';

const Answer = v.object({ ok: v.boolean() });
const OK = { body: { ok: true, unknown: 'ignored' } };
const apiError = (status: number, message: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { error: { status, message } },
});
const EXPIRED = apiError(401, 'The access token expired');
const LIMITED = apiError(429, 'API rate limit exceeded', { 'retry-after': '2' });

type Script = Parameters<typeof startScripted>[0];

async function sessionWith(script: Script, { renew = async () => 'BQ-renewed', timeoutMs = 1_000 } = {}) {
  const spotify = await startScripted(script);
  const clock = aClock();
  const deadline = new AbortController();
  const usage = noUsage();
  let renewals = 0;
  const session = createWebApi({ apiUrl: spotify.url, clock, random: () => 0.5, timeoutMs }).open({
    accessToken: 'BQ-first',
    renew: () => {
      renewals += 1;
      return renew();
    },
    signal: deadline.signal,
    usage,
  });
  return {
    ...spotify,
    clock,
    deadline,
    usage,
    renewals: () => renewals,
    get: (path = '/v1/me') => session.get(path, { limit: 50 }, Answer),
  };
}

const sessionThat = (...replies: (ScriptedReply | 'cut')[]) => sessionWith(inTurn(...replies));
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a call', () => {
  test('carries the token, and gives what the schema knows', async () => {
    const { get, requests, usage } = await sessionThat(OK);
    expect(await get()).toEqual({ ok: true });
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/v1/me' });
    expect(requests[0]?.headers.authorization).toBe('Bearer BQ-first');
    expect(requests[0]?.query.get('limit')).toBe('50');
    expect(usage).toMatchObject({ calls: 1, failures: 0, rateLimited: 0, revocations: 0 });
  });

  test('runs with five others at most', async () => {
    const waiting: (() => void)[] = [];
    const { get, mostAtOnce, requests } = await sessionWith(async () => {
      if (requests.length < 6) await new Promise<void>((resolve) => waiting.push(resolve));
      for (const resolve of waiting) resolve();
      return OK;
    });
    await Promise.all(Array.from({ length: 30 }, () => get()));
    expect(mostAtOnce()).toBe(6);
  });
});

describe('401', () => {
  test('the token is renewed and the call repeated, once', async () => {
    const { get, requests, renewals } = await sessionThat(EXPIRED, OK);
    expect(await get()).toEqual({ ok: true });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer BQ-first',
      'Bearer BQ-renewed',
    ]);
    expect(renewals()).toBe(1);
  });

  test('still refused, it is an outage and an alarm, never a revocation', async () => {
    const { get, requests, usage } = await sessionThat(EXPIRED);
    const error = await failureOf(get());
    expect(error).toBeInstanceOf(PlatformUnavailable);
    expect(applicationTrouble(error)).toBe('unauthorized');
    expect(requests).toHaveLength(2);
    expect(usage).toMatchObject({ calls: 2, failures: 2, rateLimited: 0, revocations: 0 });
  });

  test('many calls at once share one renewal', async () => {
    const { get, renewals } = await sessionWith(({ headers }) =>
      headers.authorization === 'Bearer BQ-first' ? EXPIRED : OK,
    );
    await Promise.all(Array.from({ length: 6 }, () => get()));
    await get();
    expect(renewals()).toBe(1);
  });

  test('what the renewal throws is what the call throws', async () => {
    const reason = new Error('revoked');
    const { get } = await sessionWith(() => EXPIRED, { renew: () => Promise.reject(reason) });
    expect(await failureOf(get())).toBe(reason);
  });
});

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
    expect(applicationTrouble(error)).toBe('forbidden');
    expect(requests).toHaveLength(1);
  });
});

describe('429', () => {
  test('up to three seconds are waited, once', async () => {
    const { get, clock, usage } = await sessionThat(LIMITED, OK);
    expect(await get()).toEqual({ ok: true });
    expect(clock.sleeps).toEqual([2_000]);
    expect(usage).toMatchObject({ calls: 2, failures: 0, rateLimited: 1, revocations: 0 });
  });

  test('a second one says how long nobody may call', async () => {
    const { get, requests } = await sessionThat(LIMITED, apiError(429, 'again', { 'retry-after': '3' }));
    expect(await failureOf(get())).toMatchObject({ constructor: PlatformRateLimited, retryAfterSeconds: 3 });
    expect(requests).toHaveLength(2);
  });

  test.each<[string, ScriptedReply, number]>([
    ['four seconds', apiError(429, 'later', { 'retry-after': '4' }), 4],
    ['the quota of a day', { ...apiError(429, 'quota', { 'retry-after': '48925' }) }, 48_925],
    ['no time, in plain text', { status: 429, body: 'Too many requests' }, 30],
  ])('%s are not waited at all', async (_, reply, retryAfterSeconds) => {
    const { get, clock, requests } = await sessionThat(reply);
    expect(await failureOf(get())).toMatchObject({ constructor: PlatformRateLimited, retryAfterSeconds });
    expect(clock.sleeps).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  test('calls side by side wait together, not one after the other', async () => {
    const refused = Promise.withResolvers<void>();
    const { get, clock, requests } = await sessionWith(async () => {
      if (requests.length > 6) return OK;
      if (requests.length === 6) refused.resolve();
      await refused.promise;
      return LIMITED;
    });
    await Promise.all(Array.from({ length: 12 }, () => get()));
    expect(clock.sleeps).toEqual([2_000]);
    expect(requests).toHaveLength(18);
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
      expect(failedListOf(error)).toBe(list);
    }
  });

  test('is the first call, also for those that it ended', async () => {
    const { get } = await sessionWith(({ path }) =>
      path === '/v1/me/tracks' ? { status: 403 } : 'answered',
    );
    const failures = await Promise.all(
      ['/v1/me/top/artists', '/v1/me/tracks'].map((path) => failureOf(get(path))),
    );
    expect(failures.map(failedListOf)).toEqual(['saved', 'saved']);
  });

  test('a quota is told from the limit of the application', async () => {
    const { get } = await sessionThat(QUOTA);
    expect(await failureOf(get())).toMatchObject({ reason: 'quota', retryAfterSeconds: 86_207 });
    const limited = await sessionThat(apiError(429, 'limit', { 'retry-after': '5' }));
    expect(await failureOf(limited.get())).toMatchObject({ reason: 'rate_limit', retryAfterSeconds: 5 });
  });

  test('of anything else no list is to blame', () => {
    expect(failedListOf(new PlatformScopeMissing('scope'))).toBeUndefined();
    expect(failedListOf(new PlatformUnavailable('deadline'))).toBeUndefined();
    expect(failedListOf(undefined)).toBeUndefined();
  });
});

describe('an outage', () => {
  test.each<[string, ScriptedReply | 'cut']>([
    ['503', { status: 503, body: 'upstream connect error' }],
    ['502 as HTML', { status: 502, body: '<html>' }],
    ['a cut connection', 'cut'],
  ])('of a moment is passed over with one more try: %s', async (_, reply) => {
    const { get, clock, usage } = await sessionThat(reply, OK);
    expect(await get()).toEqual({ ok: true });
    expect(clock.sleeps).toEqual([400]);
    expect(usage).toMatchObject({ calls: 2, failures: 1, rateLimited: 0, revocations: 0 });
  });

  test.each<[string, ScriptedReply | 'cut', number]>([
    ['503 twice', { status: 503, body: 'down' }, 2],
    ['cut twice', 'cut', 2],
    ['404', apiError(404, 'Service not found'), 1],
    ['400', apiError(400, 'Invalid limit'), 1],
    ['cut off in the middle', { body: '{"ok":tr' }, 1],
    ['another shape', { body: { ok: 'perhaps' } }, 1],
    ['HTML with 200', { body: '<!doctype html>' }, 1],
    ['null', { body: 'null' }, 1],
    ['nothing', { body: '' }, 1],
    ['a redirect to elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 2],
    ['more than 2 MB', { body: `{"ok":true,"padding":"${'x'.repeat(3 * 1024 * 1024)}"}` }, 2],
  ])('%s is PlatformUnavailable', async (_, reply, calls) => {
    const { get, requests, usage } = await sessionThat(reply);
    expect(await failureOf(get())).toBeInstanceOf(PlatformUnavailable);
    expect(requests).toHaveLength(calls);
    expect(usage).toMatchObject({ calls, failures: calls, rateLimited: 0, revocations: 0 });
  });

  test('no answer in time counts as none', async () => {
    const { get, requests } = await sessionWith(() => 'answered', { timeoutMs: 20 });
    expect(await failureOf(get())).toBeInstanceOf(PlatformUnavailable);
    expect(requests).toHaveLength(2);
  });

  test('headers without a body in time count as none', async () => {
    const stalls: Script = (_, response) => {
      response.writeHead(200).write('{"ok":');
      return 'answered';
    };
    const { get } = await sessionWith(stalls, { timeoutMs: 20 });
    expect(await failureOf(get())).toBeInstanceOf(PlatformUnavailable);
  });

  test('the first failure ends the session: others are cut off or never made', async () => {
    const { get, requests, usage } = await sessionWith(({ path }) =>
      path === '/v1/bad' ? { status: 403, body: 'no' } : 'answered',
    );
    const failures = await Promise.all([
      ...Array.from({ length: 5 }, () => failureOf(get('/v1/slow'))),
      failureOf(get('/v1/bad')),
      ...Array.from({ length: 20 }, () => failureOf(get('/v1/later'))),
    ]);
    expect(new Set(failures).size).toBe(1);
    expect(requests.map(({ path }) => path)).not.toContain('/v1/later');
    expect(usage.calls).toBe(6);
  });
});

describe('the deadline of the caller', () => {
  const reason = new Error('no time left');

  test('cuts a call off, and its reason comes through as it is', async () => {
    const { get, deadline } = await sessionWith(() => {
      deadline.abort(reason);
      return 'answered';
    });
    expect(await failureOf(get())).toBe(reason);
  });

  test('ends a wait', async () => {
    const { get, deadline, clock } = await sessionThat(LIMITED);
    clock.sleep = async (_ms, signal) => {
      deadline.abort(reason);
      signal?.throwIfAborted();
    };
    expect(await failureOf(get())).toBe(reason);
  });

  test('keeps a call from being made at all', async () => {
    const { get, deadline, requests } = await sessionThat(OK);
    deadline.abort(reason);
    expect(await failureOf(get())).toBe(reason);
    expect(requests).toHaveLength(0);
  });
});

test('no error carries a token or what Spotify said', async () => {
  for (const reply of [
    { status: 403, body: 'told-by-spotify' },
    { body: '"told-by-spotify"' },
    { body: { ok: 'told-by-spotify' } },
  ]) {
    const { get } = await sessionThat(reply);
    const error = (await failureOf(get())) as Error;
    expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toMatch(/BQ-|told-by-spotify/);
  }
});
