import { describe, expect, test } from 'vitest';
import { AppError, PlatformRateLimited, PlatformUnavailable } from '../../../shared/errors.ts';
import { type ScriptedReply, startScripted } from '../../support/scripted-server.ts';
import {
  apiError,
  failureOf,
  OK,
  type Script,
  sessionThat,
  sessionWith,
} from '../../support/web-api-session.ts';

const EXPIRED = apiError(401, 'The access token expired');
const LIMITED = apiError(429, 'API rate limit exceeded', { 'retry-after': '2' });

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
    expect(error).toMatchObject({ cause: { name: 'ApplicationTrouble', reason: 'unauthorized' } });
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

describe('429', () => {
  test('up to three seconds are waited, once', async () => {
    const { get, clock, usage } = await sessionThat(LIMITED, OK);
    expect(await get()).toEqual({ ok: true });
    expect(clock.sleeps).toEqual([2_000]);
    expect(usage).toMatchObject({ calls: 2, failures: 0, rateLimited: 1, revocations: 0 });
  });

  test('a second one says for how long no call may be made', async () => {
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
    ['400', apiError(400, 'Invalid time range'), 1],
    ['400 for a limit, also for a smaller one', apiError(400, 'Invalid limit'), 2],
    ['cut off in the middle', { body: '{"ok":tr' }, 1],
    ['another shape', { body: { ok: 'perhaps' } }, 1],
    ['HTML with 200', { body: '<!doctype html>' }, 1],
    ['null', { body: 'null' }, 1],
    ['nothing', { body: '' }, 1],
    ['more than 2 MB', { body: `{"ok":true,"padding":"${'x'.repeat(3 * 1024 * 1024)}"}` }, 2],
  ])('%s is PlatformUnavailable', async (_, reply, calls) => {
    const { get, requests, usage } = await sessionThat(reply);
    expect(await failureOf(get())).toBeInstanceOf(PlatformUnavailable);
    expect(requests).toHaveLength(calls);
    expect(usage).toMatchObject({ calls, failures: calls, rateLimited: 0, revocations: 0 });
  });

  test.each([301, 302, 307, 308])('a redirect (%i) carries no token to where it points', async (status) => {
    const elsewhere = await startScripted(() => OK);
    const { get, requests } = await sessionThat({ status, headers: { location: elsewhere.url } });
    expect(await failureOf(get())).toBeInstanceOf(PlatformUnavailable);
    expect([requests.length, elsewhere.requests.length]).toEqual([2, 0]);
  });

  test('a limit that is refused is asked no second time by the session, for that list', async () => {
    const { get, requests } = await sessionWith(({ path, query }) =>
      path === '/v1/tracks' && Number(query.get('limit')) > 20 ? apiError(400, 'Invalid limit') : OK,
    );
    for (const path of ['/v1/tracks', '/v1/tracks', '/v1/top']) expect(await get(path)).toEqual({ ok: true });
    expect(requests.map(({ query }) => query.get('limit'))).toEqual(['50', '20', '20', '50']);
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
    // One failed; what it cut off says nothing of Spotify.
    expect(usage).toMatchObject({ calls: 6, failures: 1, cut: 5 });
  });
});

describe('calls that no plan foresaw', () => {
  test.each<[string, ScriptedReply | 'cut']>([
    ['503', { status: 503, body: 'down' }],
    ['a cut connection', 'cut'],
    ['429', LIMITED],
    ['401', EXPIRED],
    ['a limit that is refused', apiError(400, 'Invalid limit')],
  ])('are made as far as the budget allows: %s', async (_, reply) => {
    const { get, requests, spare } = await sessionThat(reply, OK, reply, OK);
    spare.left = 1;
    await get();
    expect(await failureOf(get('/v1/other'))).toBeInstanceOf(AppError);
    expect(requests).toHaveLength(3);
  });
});

describe('the deadline of the caller', () => {
  const reason = new Error('no time left');

  test('cuts a call off, and its reason comes through as it is', async () => {
    const { get, deadline, usage } = await sessionWith(() => {
      deadline.abort(reason);
      return 'answered';
    });
    expect(await failureOf(get())).toBe(reason);
    expect(usage).toMatchObject({ calls: 1, failures: 0, cut: 1 });
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
