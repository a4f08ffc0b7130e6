import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { fixtureApp } from '../../support/fixture-app.ts';
import { type HttpOptions, type HttpReply, http } from '../../support/http-client.ts';

const REPLY = 'exports.handler = async (event) => JSON.parse(event.queryStringParameters.reply);';
const ECHO = 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';

let stack: LocalStack;
let token: string;

beforeAll(async () => {
  stack = await startLocalStack({
    synthesize: fixtureApp({
      echo: { code: ECHO, route: 'POST /echo/{id}' },
      open: { code: ECHO, route: '$default', open: true },
      reply: { code: REPLY, route: 'GET /reply', open: true },
      throws: {
        code: 'exports.handler = async () => { throw new Error("inner secret"); };',
        route: 'GET /throws',
        open: true,
      },
      slow: {
        code: 'exports.handler = () => new Promise((done) => setTimeout(done, 60000));',
        route: 'GET /slow',
        open: true,
        timeout: 1,
      },
    }),
  });
  token = (await http('POST', `${stack.apiUrl}/_local/token`, { body: { user: 'alice' } })).json.access_token;
});
afterAll(() => stack?.close());

const call = (method: string, path: string, options?: HttpOptions): Promise<HttpReply> =>
  http(method, stack.apiUrl + path, options);
const replied = (result: unknown) =>
  call('GET', `/reply?reply=${encodeURIComponent(JSON.stringify(result))}`);

describe('the event of a function', () => {
  it('is payload format 2.0 with the claims of the token', async () => {
    const reply = await call('POST', '/echo/a%20b?tag=1&tag=2&empty=&word=%C3%A9', {
      body: { hello: 'world' },
      headers: { authorization: `Bearer ${token}`, cookie: 'a=1; b=2', 'X-Custom': 'Value' },
    });

    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({
      version: '2.0',
      routeKey: 'POST /echo/{id}',
      rawPath: '/echo/a b',
      rawQueryString: 'tag=1&tag=2&empty=&word=%C3%A9',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-custom': 'Value', 'content-type': 'application/json', authorization: `Bearer ${token}` },
      queryStringParameters: { tag: '1,2', empty: '', word: 'é' },
      pathParameters: { id: 'a b' },
      body: '{"hello":"world"}',
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        routeKey: 'POST /echo/{id}',
        requestId: reply.headers.get('apigw-requestid'),
        http: { method: 'POST', path: '/echo/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        authorizer: { jwt: { claims: { sub: 'alice', aud: 'artists-cache' }, scopes: null } },
        time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
    });
    expect(reply.json.headers).not.toHaveProperty('cookie');
    expect(reply.json.requestContext.authorizer.jwt.claims.exp).toMatch(/^\d+$/);
  });

  it.each([
    ['text/plain;charset=UTF-8', false],
    ['application/json; charset=utf-8', false],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    ['application/problem+json', true],
  ])('carries a body of type %s in base64: %s', async (type, isBase64Encoded) => {
    const reply = await call('POST', '/anything', { raw: 'a=é', headers: { 'content-type': type } });

    expect(reply.json.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(reply.json.body, isBase64Encoded ? 'base64' : 'utf8').toString('utf8')).toBe('a=é');
  });

  it('has no body, cookies, query or authorizer where there are none', async () => {
    const { json } = await call('GET', '/nothing');

    for (const name of ['body', 'cookies', 'queryStringParameters', 'pathParameters']) {
      expect(json).not.toHaveProperty(name);
    }
    expect(json.requestContext).not.toHaveProperty('authorizer');
    expect(json.rawQueryString).toBe('');
  });
});

/* https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html: the gateway decodes paths. */
describe('a percent-encoded path', () => {
  it.each([
    ['/%72eply?reply=1', 'GET /reply'],
    ['/reply%3', '$default'],
  ])('%s finds its route as what it stands for', async (path, routeKey) => {
    const reply = await call('GET', path);
    expect(reply.json?.routeKey ?? 'GET /reply').toBe(routeKey);
  });

  it('is decoded before the routes are looked at: a slash in it is one', async () => {
    const { json } = await call('POST', '/echo/a%2Fb');
    expect([json.routeKey, json.rawPath]).toEqual(['$default', '/echo/a/b']);
  });

  it('is decoded once, also in what a variable stands for', async () => {
    const { json } = await call('POST', '/echo/a%252Fb%20c', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([json.rawPath, json.pathParameters]).toEqual(['/echo/a%2Fb c', { id: 'a%2Fb c' }]);
  });
});

describe('routes', () => {
  it('sends another method on a known path to $default, HEAD too', async () => {
    expect((await call('DELETE', '/echo/1')).json.routeKey).toBe('$default');
    const head = await call('HEAD', '/reply');
    expect([head.status, head.text]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
  });
});

describe('the reply of a function', () => {
  it('passes status, headers and cookies on', async () => {
    const reply = await replied({
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'X-Number': 7, 'Content-Length': '999' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: '{"a":1}',
    });

    expect(reply.status).toBe(201);
    expect(reply.json).toEqual({ a: 1 });
    expect(reply.headers.get('x-number')).toBe('7');
    expect(reply.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
  });

  it('is plain text by default and bytes when in base64', async () => {
    expect((await replied({ statusCode: 200, body: 'x' })).headers.get('content-type')).toMatch(
      /^text\/plain/,
    );
    const body = Buffer.from('données').toString('base64');
    expect((await replied({ statusCode: 200, body, isBase64Encoded: true })).text).toBe('données');
  });

  it('is a JSON 200 without a statusCode, and 500 with one that makes no sense', async () => {
    const inferred = await replied({ a: 1 });
    expect([inferred.status, inferred.json, inferred.headers.get('content-type')]).toEqual([
      200,
      { a: 1 },
      'application/json',
    ]);
    expect((await replied({ statusCode: 'many' })).status).toBe(500);
    const unsendable = await replied({ statusCode: 200, headers: { 'x-a': 'b', 'x-bad': 'é\n' }, body: 'x' });
    expect([unsendable.status, unsendable.headers.get('x-a')]).toEqual([500, null]);
  });

  it('has no body with 304', async () => {
    const reply = await replied({ statusCode: 304, headers: { etag: '"x"' } });
    expect([reply.status, reply.text, reply.headers.get('etag')]).toEqual([304, '', '"x"']);
    expect(reply.headers.get('content-type')).toBeNull();
  });

  it('says nothing of an error but 500, and of a timeout but 503', async () => {
    const failed = await call('GET', '/throws');
    expect([failed.status, failed.json]).toEqual([500, { message: 'Internal Server Error' }]);
    const late = await call('GET', '/slow');
    expect([late.status, late.json]).toEqual([503, { message: 'Service Unavailable' }]);
  });
});

describe('limits', () => {
  it('refuses more than 10 MB', async () => {
    const reply = await call('POST', '/anything', { raw: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect([reply.status, reply.json]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });
});
