import { gunzipSync } from 'node:zlib';
import { Logger } from '@aws-lambda-powertools/logger';
import * as v from 'valibot';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { getArtists, type Route, toggleArtist } from '../../../shared/contract/routes.ts';
import {
  ApplicationTrouble,
  PlatformRateLimited,
  PlatformRevoked,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import { type ApiRequest, api } from '../../../shared/http/api.ts';
import { Reply } from '../../../shared/http/reply.ts';
import { aContext, anEvent } from '../../support/api-event.ts';

const ID = '70kkdajctXSbqSMJbQO424';

const echo = {
  method: 'POST',
  path: '/api/echo',
  functionName: 'echo',
  summary: '',
  reply: v.any(),
  errors: [],
} as const satisfies Route;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Calls a route whose handler answers what it was given. */
async function call(route: Route, options: Parameters<typeof anEvent>[0]) {
  const reply = await api(route, async (request: ApiRequest) => request as never)(
    anEvent(options),
    aContext(),
  );
  return { ...reply, json: reply.body ? JSON.parse(reply.body) : undefined };
}

const toggle = (body: string, options = {}) => call(toggleArtist, { method: 'POST', body, ...options });
const artists = (query?: Record<string, string>) => call(getArtists, query ? { query } : {});

describe('who asks', () => {
  test('is the claim sub of the token', async () => {
    const { json } = await call(echo, { user: 'alice' });
    expect(json.data.userId).toBe('alice');
  });

  const refused = async (user: string, headers?: Record<string, string>) => {
    const { statusCode, json } = await call(echo, { user, ...(headers && { headers }) });
    expect([statusCode, json.error.code]).toEqual([401, 'UNAUTHORIZED']);
  };

  test.each(['', 'x'.repeat(513), 'lone \ud800', '\udfff'])(
    'a subject that cannot be a user is refused',
    (user) => refused(user),
  );

  const tokenSaying = (payload: string) => ({
    authorization: `Bearer e30.${Buffer.from(payload).toString('base64url')}.c2ln`,
  });

  test.each([
    ['null', '{"sub":null}'],
    ['123', '{"sub":123}'],
    ['12345678901234567000', '{"sub":12345678901234567890}'],
    ['true', '{"sub":true}'],
    ['[a b]', '{"sub":["a","b"]}'],
    ['undefined', '{"username":"undefined"}'],
    ['bob', '{"username":"bob"}'],
    ['bob', '{"sub":"alice"}'],
    ['bob', 'no JSON'],
  ])('%s is no user when the token says %s: the authorizer made text of it', (user, payload) =>
    refused(user, tokenSaying(payload)),
  );

  test('a token without subject has no other name', async () => {
    const event = anEvent();
    const claims = { username: 'alice', client_id: 'alice' };
    Object.assign(event.requestContext.authorizer.jwt, { claims });
    expect((await api(echo, async () => ({}))(event, aContext())).statusCode).toBe(401);
  });

  test('a name is a name even if it looks like something else', async () => {
    for (const user of ['null', '123']) expect((await call(echo, { user })).json.data.userId).toBe(user);
  });
});

describe('queries', () => {
  test('have the defaults of the contract', async () => {
    expect((await artists()).json.data.query).toEqual({ page: 0, limit: 10 });
  });

  test.each([
    ['page', '-1'],
    ['page', '1.5'],
    ['page', '1e3'],
    ['page', '01'],
    ['page', ''],
    ['page', ' 1'],
    ['page', '1,2'],
    ['page', '99999999999999999'],
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'ten'],
    ['user_id', 'bob'],
  ])('%s=%s is refused, and the field is named', async (field, value) => {
    const { statusCode, json } = await artists({ [field]: value });
    expect([statusCode, json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(json.error.details).toEqual([{ field, reason: expect.any(String) }]);
  });

  test('every field that does not fit is named', async () => {
    const { json } = await artists({ page: 'x', limit: 'y' });
    expect(json.error.details.map((detail: { field: string }) => detail.field)).toEqual(['page', 'limit']);
  });

  test('every unknown field is named, and one without a name is told of', async () => {
    const { json } = await artists({ user_id: 'bob', '': '1', sort: 'name' });
    expect(json.error.details).toEqual([
      { field: 'user_id', reason: 'n’est pas connu' },
      { field: 'query', reason: 'contient un champ sans nom' },
      { field: 'sort', reason: 'n’est pas connu' },
    ]);
  });
});

describe('bodies', () => {
  test.each([undefined, 'text/plain;charset=UTF-8', 'application/json'])(
    'are JSON whatever the content type says (%s)',
    async (type) => {
      const headers: Record<string, string> = type ? { 'content-type': type } : {};
      const { json } = await toggle(JSON.stringify({ artist_id: ID }), { headers });
      expect(json.data.body).toEqual({ artist_id: ID });
    },
  );

  test('may come encoded in base64, as the gateway sends what it takes for binary', async () => {
    const body = Buffer.from(JSON.stringify({ artist_id: ID })).toString('base64');
    expect((await toggle(body, { isBase64Encoded: true })).json.data.body).toEqual({ artist_id: ID });
  });

  test.each([
    ['', 'body'],
    ['{', 'body'],
    ['null', 'body'],
    ['[]', 'artist_id'],
    ['{}', 'artist_id'],
    ['{"artist_id":42}', 'artist_id'],
    ['{"artist_id":"short"}', 'artist_id'],
    [`{"artist_id":"${ID}","selected":"yes"}`, 'selected'],
    [`{"artist_id":"${ID}","user_id":"bob"}`, 'user_id'],
  ])('%s is refused, and %s is named', async (body, field) => {
    const { statusCode, json } = await toggle(body);
    expect([statusCode, json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(json.error.details[0].field).toBe(field);
  });

  test('what was sent is never quoted', async () => {
    const { body } = await toggle('{"artist_id":"canary-secret","more":"canary-secret"}');
    expect(body).not.toContain('canary');
    expect((await toggle('canary-secret')).body).not.toContain('canary');
  });

  test('over 10 KB are refused', async () => {
    const { statusCode, json } = await toggle(JSON.stringify({ artist_id: ID, padding: 'x'.repeat(10_240) }));
    expect([statusCode, json.error.details[0].field]).toEqual([400, 'body']);
  });
});

describe('errors', () => {
  const failing = (error: unknown) =>
    api(echo, async () => {
      throw error;
    });

  test('carry their code, a message in French, the request id and their details', async () => {
    const reply = await failing(new PlatformRevoked('…'))(anEvent(), aContext());
    expect(reply.statusCode).toBe(409);
    expect(JSON.parse(reply.body ?? '')).toEqual({
      success: false,
      error: {
        code: 'SPOTIFY_TOKEN_REVOKED',
        message: 'L’accès à Spotify a été révoqué ou a expiré. Reconnectez-vous à Spotify.',
        request_id: 'request-1',
        details: [{ action: 'reconnect', platform_slug: 'spotify' }],
      },
    });
  });

  test('of 503 say when to come back', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const error = new PlatformRateLimited('…', { retryAfterSeconds: 41.2 });
    const reply = await failing(error)(anEvent(), aContext());
    expect([reply.statusCode, reply.headers?.['retry-after']]).toEqual([503, '42']);
  });

  test('of storage that is slow are told in time, in the envelope, wherever it is waited for', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const never = () => new Promise<never>(() => undefined);
    const slow = [api(echo, never), api(echo, async () => ({}), { before: never })];
    for (const handler of slow) {
      const reply = await handler(anEvent(), aContext(1_010));
      expect([
        reply.statusCode,
        JSON.parse(reply.body ?? '').error.code,
        reply.headers?.['retry-after'],
      ]).toEqual([503, 'STORAGE_UNAVAILABLE', '5']);
    }
  });

  test.each(['invalid_client', 'forbidden', 'unauthorized', 'request_refused'] as const)(
    'that are ours are logged as a defect with their cause: %s',
    async (reason) => {
      const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const cause = new ApplicationTrouble(reason);
      const inner = new PlatformUnavailable('…', { cause });
      await failing(new PlatformUnavailable('…', { cause: inner }))(anEvent(), aContext());
      expect(log).toHaveBeenCalledExactlyOnceWith(
        'request failed',
        expect.objectContaining({ defect: true, requestId: 'request-1', code: 'SPOTIFY_UNAVAILABLE' }),
      );
      expect(JSON.stringify(log.mock.calls)).toContain(reason);
    },
  );

  test('of an outage are no defect', async () => {
    const defect = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const warning = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await failing(new PlatformUnavailable('…', { cause: new TypeError('fetch failed') }))(
      anEvent(),
      aContext(),
    );
    await failing(new StorageUnavailable('…'))(anEvent(), aContext());
    expect([defect.mock.calls.length, warning.mock.calls.length]).toEqual([0, 2]);
    expect(JSON.stringify(warning.mock.calls)).not.toContain('"defect"');
  });

  test('that were not foreseen are INTERNAL, and say nothing of themselves, neither to the client nor in the log', async () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const reply = await failing(new SyntaxError('canary-secret is not JSON'))(anEvent(), aContext());
    expect([reply.statusCode, JSON.parse(reply.body ?? '').error.code]).toEqual([500, 'INTERNAL']);
    expect(reply.body).not.toContain('canary');
    expect(log).toHaveBeenCalledOnce();
    expect(JSON.stringify(log.mock.calls)).toContain('SyntaxError');
    expect(JSON.stringify(log.mock.calls)).not.toContain('canary');
  });
});

describe('languages', () => {
  test.each([
    [undefined, 'fr'],
    ['', 'fr'],
    ['*', 'fr'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['fr-CA', 'fr'],
    ['fr;q=0.2, en;q=0.7', 'en'],
    ['de, en;q=0.1', 'en'],
    ['de', 'fr'],
    ['en;q=0', 'fr'],
    [';;;,,q=', 'fr'],
  ])('Accept-Language: %s is answered in %s', async (accepted, language) => {
    const headers: Record<string, string> = accepted === undefined ? {} : { 'accept-language': accepted };
    const reply = await api(echo, async () => ({}))(anEvent({ headers }), aContext());
    expect(reply.headers?.['content-language']).toBe(language);
    expect(reply.headers?.vary).toContain('Accept-Language');
  });
});

describe('representations', () => {
  const large = new Reply(
    { success: true, data: 'x'.repeat(5_000) },
    { 'cache-control': 'private, no-cache' },
    'tag',
  );
  const get = (headers: Record<string, string>, reply = large) =>
    api(echo, async () => reply)(anEvent({ headers }), aContext());

  test('are compressed when asked for and worth it', async () => {
    const reply = await get({ 'accept-encoding': 'br, gzip;q=0.8' });
    expect(reply.headers?.['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(Buffer.from(reply.body ?? '', 'base64')).toString())).toEqual(large.body);
    const small = await get({ 'accept-encoding': 'gzip' }, new Reply({ success: true }, {}));
    expect(small.headers?.['content-encoding']).toBeUndefined();
  });

  test.each([undefined, 'br', 'identity', 'gzip;q=0', 'identity, gzip;q=0.1'])(
    'are left alone for Accept-Encoding: %s',
    async (accepted) => {
      const reply = await get(accepted ? { 'accept-encoding': accepted } : {});
      expect(reply.headers?.['content-encoding']).toBeUndefined();
      expect(reply.isBase64Encoded).toBeFalsy();
    },
  );

  test('have a strong validator, another one for each encoding', async () => {
    expect((await get({})).headers?.etag).toBe('"tag"');
    expect((await get({ 'accept-encoding': 'gzip' })).headers?.etag).toBe('"tag-gzip"');
  });

  test.each(['"tag"', '"other", "tag"', 'W/"tag"', '*'])(
    'If-None-Match: %s is answered 304',
    async (validator) => {
      const reply = await get({ 'if-none-match': validator, 'cache-control': 'no-cache' });
      expect([reply.statusCode, reply.body]).toEqual([304, undefined]);
      expect(reply.headers?.etag).toBe('"tag"');
    },
  );

  test.each(['"other"', 'tag', ''])('If-None-Match: %s is answered 200', async (validator) => {
    expect((await get({ 'if-none-match': validator })).statusCode).toBe(200);
  });

  test('carry the security headers and the request id', async () => {
    expect((await get({})).headers).toMatchObject({
      'x-request-id': 'request-1',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': expect.stringContaining('max-age'),
    });
  });
});

test('concurrent requests in one process never mix', async () => {
  const handler = api(echo, async (request: ApiRequest) => {
    await new Promise(setImmediate);
    return { user: request.userId } as never;
  });
  const users = Array.from({ length: 100 }, (_, i) => `user-${i}`);
  const replies = await Promise.all(users.map((user) => handler(anEvent({ user }), aContext())));
  expect(replies.map((reply) => JSON.parse(reply.body ?? '').data.user)).toEqual(users);
});
