import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { computationKey } from '../../../shared/cache/keys.ts';
import { fixtureApp } from '../../support/fixture-app.ts';
import { http } from '../../support/http-client.ts';

const ECHO = 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
const SWEEP = `exports.handler = async (event) => {
  return { deleted: 1, entries: 2, stale_entries: 0, event };
};`;
const TABLE = 'fixture-cache';

let stack: LocalStack;
let db: DynamoDBDocumentClient;

beforeAll(async () => {
  stack = await startLocalStack({
    synthesize: fixtureApp({
      private: { code: ECHO, route: 'GET /private' },
      scoped: { code: ECHO, route: 'GET /scoped', scopes: ['cache:stats'] },
      fallback: { code: ECHO, route: '$default', open: true },
      sweep: { code: SWEEP },
    }),
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  db = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: stack.dynamodbUrl, region: 'us-east-1', credentials }),
  );
});
afterAll(async () => {
  db?.destroy();
  await stack?.close();
});

const post = (path: string, body: unknown) => http('POST', stack.apiUrl + path, { body });
const put = (item: Record<string, unknown>) => db.send(new PutCommand({ TableName: TABLE, Item: item }));
const read = async (pk: string) =>
  (await db.send(new GetCommand({ TableName: TABLE, Key: { pk }, ConsistentRead: true }))).Item;

it('is ready once all parts answer', async () => {
  expect(await http('GET', `${stack.apiUrl}/_local/health`)).toMatchObject({
    status: 200,
    json: { ready: true },
  });
});

describe('tokens', () => {
  const open = async (path: string, request: unknown) => {
    const { json } = await post('/_local/token', request);
    return http('GET', stack.apiUrl + path, { headers: { authorization: `Bearer ${json.access_token}` } });
  };

  it('open the routes of their user and scope', async () => {
    expect((await open('/private', { user: 'alice' })).json.requestContext.authorizer.jwt.claims.sub).toBe(
      'alice',
    );
    expect((await open('/scoped', { user: 'alice', scope: 'cache:stats' })).status).toBe(200);
  });

  it('do not open routes of another scope, nor anything once they have expired', async () => {
    expect(await open('/scoped', { user: 'alice' })).toMatchObject({
      status: 403,
      json: { message: 'Forbidden' },
    });
    for (const expires_in of [0, -5]) {
      const reply = await open('/private', { user: 'alice', expires_in });
      expect(reply).toMatchObject({ status: 401, json: { message: 'Unauthorized' } });
      expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer .*the token has expired/);
    }
    expect((await http('GET', `${stack.apiUrl}/private`)).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('last an hour unless asked otherwise', async () => {
    const { json } = await post('/_local/token', { user: 'alice' });
    const { exp = 0, iat = 0 } = decodeJwt(json.access_token);
    expect(exp - iat).toBe(3600);
  });

  it.each([
    [{}, 'user', 'is missing'],
    [{ user: '' }, 'user', 'must not be empty'],
    [{ user: 7 }, 'user', 'must be text'],
    [{ user: 'alice', expires_in: 'long' }, 'expires_in', 'must be a whole number of seconds'],
    [{ user: 'alice', expires_in: 1.5 }, 'expires_in', 'must be a whole number of seconds'],
    [{ user: 'alice', admin: true }, 'admin', ''],
    [7, 'body', ''],
  ])('are not given for %j', async (body, field, message) => {
    const reply = await post('/_local/token', body);
    expect(reply.status).toBe(400);
    expect(reply.json.error).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ field, message: expect.stringContaining(message) }],
    });
  });

  it('are not given for what is not JSON', async () => {
    const reply = await http('POST', `${stack.apiUrl}/_local/token`, {
      raw: '{"user":',
      headers: { 'content-type': 'application/json' },
    });
    expect([reply.status, reply.json.error.details[0].field]).toEqual([400, 'body']);
  });
});

describe('age', () => {
  const WRITTEN_MS = Date.UTC(2026, 10, 22, 12, 0, 0, 123);
  const EXPIRES_S = Date.UTC(2026, 10, 22, 18) / 1000;
  const entry = (user: string) => ({
    pk: `user_artists:${user}`,
    timestamp: WRITTEN_MS,
    cached_at: new Date(WRITTEN_MS).toISOString(),
    userId: user,
    expiresAt: EXPIRES_S,
    expiryHour: '2026-11-22T18#8',
    all_artists: new Uint8Array([1, 2]),
  });

  it('moves every moment of the entry and of its back-off, and nothing else', async () => {
    await put(entry('alice'));
    const computation = { ...computationKey('alice'), leaseToken: 'x', retryAt: WRITTEN_MS };
    await put(computation);

    expect((await post('/_local/age', { user: 'alice', seconds: 10_801 })).status).toBe(200);

    expect(await read('user_artists:alice')).toEqual({
      ...entry('alice'),
      timestamp: WRITTEN_MS - 10_801_000,
      cached_at: '2026-11-22T08:59:59.123Z',
      expiresAt: EXPIRES_S - 10_801,
      expiryHour: expect.stringMatching(/^2026-11-22T14#\d+$/),
    });
    expect(await read(computation.pk)).toEqual({
      ...computation,
      retryAt: WRITTEN_MS - 10_801_000,
    });
  });

  it('adds up when asked many times at once', async () => {
    await put(entry('bob'));
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => post('/_local/age', { user: 'bob', seconds: 60 })),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await read('user_artists:bob'))?.timestamp).toBe(WRITTEN_MS - 8 * 60_000);
  });

  it('is 404 without an entry, also while a first computation runs', async () => {
    await put({ ...computationKey('carol'), retryAt: WRITTEN_MS });
    await put({ pk: 'user_artists:carol', fence: 'x', expiresAt: EXPIRES_S });
    for (const user of ['unknown', 'carol']) {
      const reply = await post('/_local/age', { user, seconds: 1 });
      expect([reply.status, reply.json.error.code]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it.each([
    [{ user: 'alice' }, 'seconds'],
    [{ user: 'alice', seconds: '1' }, 'seconds'],
    [{ user: 'alice', seconds: -1 }, 'seconds'],
    [{ seconds: 1 }, 'user'],
  ])('names what does not fit in %j', async (body, field) => {
    const reply = await post('/_local/age', body);
    expect([reply.status, reply.json.error.details[0].field]).toEqual([400, field]);
  });
});

it('forgets the cool-down, also when there is none', async () => {
  await put({ pk: 'cooldown:spotify', until: 1 });
  expect((await post('/_local/forget-cooldown', undefined)).status).toBe(200);
  expect(await read('cooldown:spotify')).toBeUndefined();
  expect((await post('/_local/forget-cooldown', {})).status).toBe(200);
});

it('runs the scheduled sweep now and gives its result', async () => {
  const reply = await post('/_local/sweep', undefined);
  expect(reply).toMatchObject({
    status: 200,
    json: { deleted: 1, entries: 2, stale_entries: 0, event: { from: 'schedule' } },
  });
});

describe('its paths', () => {
  it('are 404 and 405 when wrong, and never reach the API', async () => {
    expect((await http('GET', `${stack.apiUrl}/_local/nothing`)).status).toBe(404);
    const wrong = await http('GET', `${stack.apiUrl}/_local/token`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each(['/', '/callback?code=a%3Cb&state=s'])('show the console at %s', async (path) => {
    const { headers, text } = await http('GET', stack.apiUrl + path);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('/console/main.js');
    // What comes in the address is for the script: the page itself never repeats it.
    expect(text).not.toContain('a<b');
  });

  it('leave everything else to the API', async () => {
    for (const path of ['/other', '//_local/health', '/_localx']) {
      expect((await http('GET', stack.apiUrl + path)).json.rawPath).toBe(path);
    }
  });
});
