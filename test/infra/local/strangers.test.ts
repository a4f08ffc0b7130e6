import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { fixtureApp } from '../../support/fixture-app.ts';
import { http } from '../../support/http-client.ts';
import { createSender } from '../../support/send-request.ts';

const ENVIRONMENT = 'exports.handler = async () => ({ ...process.env });';
const EVIL = 'https://evil.example';

let stack: LocalStack;
/** What a function is told, and another process is not. */
let told: Record<string, string>;

beforeAll(async () => {
  stack = await startLocalStack({
    host: '127.0.0.2',
    synthesize: fixtureApp({ tells: { code: ENVIRONMENT, statements: [] }, other: { code: ENVIRONMENT } }),
  });
  const { payload } = await stack.lambda.invoke('fixture-tells', '{}');
  told = JSON.parse(payload);
});
afterAll(() => stack?.close());

async function send(url: string, { method = 'GET', headers = {}, body = '' }: Partial<Sent> = {}) {
  const { origin, pathname } = new URL(url);
  const sender = createSender(origin);
  try {
    const bytes = method === 'GET' ? undefined : Buffer.from(body);
    return await sender.send({ method, target: pathname, headers, body: bytes });
  } finally {
    sender.close();
  }
}
interface Sent {
  method: string;
  headers: Record<string, string>;
  body: string;
}

describe('a page whose name leads to this machine', () => {
  const ports = (): Record<string, string> => ({
    api: stack.apiUrl,
    spotify: stack.spotifyUrl ?? '',
    dynamodb: stack.dynamodbUrl,
    aws: stack.awsUrl,
    'dynamodb of the functions': told.AWS_ENDPOINT_URL_DYNAMODB ?? '',
    'runtime api': `http://${told.AWS_LAMBDA_RUNTIME_API}`,
  });

  it.each(['api', 'spotify', 'dynamodb', 'aws', 'dynamodb of the functions', 'runtime api'])(
    'is answered 421 on every port: %s',
    async (port) => {
      const url = ports()[port] as string;
      for (const host of [
        'evil.example',
        'evil.example:3000',
        '127.0.0.1.evil.example',
        'localhost.',
        'a@b',
      ]) {
        expect((await send(url, { headers: { host } })).status, host).toBe(421);
      }
      for (const host of ['127.0.0.1', 'localhost:1', 'LOCALHOST', '[::1]:3000', '10.0.2.2:3000']) {
        expect((await send(url, { headers: { host } })).status, host).not.toBe(421);
      }
    },
  );

  it('may have a name that was given on purpose, where people call and nowhere else', async () => {
    const headers = { host: '127.0.0.2:3000' };
    const asked = Object.entries(ports()).map(async ([port, url]) => [
      port,
      (await send(url, { headers })).status,
    ]);
    const refused = (await Promise.all(asked)).filter(([, status]) => status === 421).map(([port]) => port);
    expect(refused).toEqual(['dynamodb', 'aws', 'dynamodb of the functions', 'runtime api']);
  });
});

describe('a page from elsewhere', () => {
  const control = (path: string, headers: Record<string, string>, body = '{"user":"alice"}') =>
    send(`${stack.apiUrl}/_local/${path}`, { method: 'POST', headers, body });
  const JSON_TYPE = { 'content-type': 'application/json' };

  it.each([EVIL, 'null', 'http://127.0.0.1:1', 'http://localhost', ''])(
    'has no control: %j',
    async (origin) => {
      for (const path of ['token', 'age', 'sweep', 'forget-cooldown']) {
        const reply = await control(path, { ...JSON_TYPE, origin });
        expect([reply.status, JSON.parse(reply.body).error.code], path).toEqual([403, 'FORBIDDEN_ORIGIN']);
      }
    },
  );

  it('cannot pass for none by a type that browsers send unasked', async () => {
    for (const type of ['text/plain', 'text/plain;application/json', 'application/x-www-form-urlencoded']) {
      expect((await control('token', { 'content-type': type })).status, type).toBe(415);
    }
    expect((await control('token', {})).status).toBe(415);
    for (const type of ['application/json', 'application/JSON; charset=utf-8']) {
      expect((await control('token', { 'content-type': type })).status, type).toBe(200);
    }
    expect((await control('forget-cooldown', {}, '')).status).toBe(200);
  });

  it('is told apart from the page of the stack itself, whatever that was called by', async () => {
    for (const url of [
      stack.apiUrl,
      stack.apiUrl.replace('127.0.0.1', 'localhost'),
      'http://127.0.0.2:3000',
    ]) {
      const headers = { ...JSON_TYPE, host: new URL(url).host, origin: url };
      expect((await control('token', headers)).status, url).toBe(200);
    }
  });

  it('does not change the stand-in, not even by a request that needs no leave', async () => {
    const reset = (origin: string) =>
      send(`${stack.spotifyUrl}/_control/reset`, { method: 'POST', headers: { origin } });
    expect((await reset(EVIL)).status).toBe(403);
    expect((await reset('null')).status).toBe(403);
    expect((await reset(stack.apiUrl)).status).toBe(200);
    expect((await reset('http://127.0.0.2:3000')).status).toBe(200);
  });

  it('is not let in by DynamoDB, as it would be by itself', async () => {
    for (const origin of [EVIL, stack.apiUrl]) {
      for (const method of ['OPTIONS', 'POST']) {
        const headers = { origin, 'access-control-request-headers': 'x-amz-target' };
        const reply = await send(stack.dynamodbUrl, { method, headers });
        expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    }
  });
});

describe('another process of this machine', () => {
  const signedAs = (id: string, token?: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/20261122/us-east-1/x/aws4_request, Signature=0`,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  });
  const json = (url: string, target: string, headers: Record<string, string>) =>
    send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, ...headers },
      body: '{"TableName":"fixture-cache"}',
    });

  it.each([
    ['no caller at all', () => ({})],
    ['a name alone', () => signedAs('fixture-tells')],
    ['the owner by name', () => signedAs('local', 'local')],
    ['one function as another', () => signedAs('fixture-other', told.AWS_SESSION_TOKEN)],
  ])(
    'is refused as %s: Invoke, KMS, secrets, CloudWatch, DynamoDB of the functions',
    async (_title, headers) => {
      const invocations = `${stack.awsUrl}/2015-03-31/functions/fixture-other/invocations`;
      const aws = (target: string) => json(stack.awsUrl, target, headers());
      const replies = [
        await send(invocations, { method: 'POST', headers: headers(), body: '{"sub":"alice"}' }),
        await aws('TrentService.Decrypt'),
        await aws('secretsmanager.GetSecretValue'),
        await aws('GraniteServiceVersion20100801.GetMetricData'),
        await json(told.AWS_ENDPOINT_URL_DYNAMODB ?? '', 'DynamoDB_20120810.DescribeTable', headers()),
      ];
      for (const { status, body } of replies) {
        expect([status, JSON.parse(body).__type]).toEqual([
          403,
          expect.stringContaining('UnrecognizedClientException'),
        ]);
      }
      expect(await stack.lambda.logs('fixture-other')).toEqual([]);
    },
  );

  it('finds no invocation at the Runtime API, whose path it is not told', async () => {
    const [host = ''] = (told.AWS_LAMBDA_RUNTIME_API ?? '').split('/');
    const guess = told.AWS_LAMBDA_RUNTIME_API?.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const api of [host, guess]) {
      const reply = await http('GET', `http://${api}/2018-06-01/runtime/invocation/next`);
      expect(reply.status).toBe(404);
    }
  });
});
