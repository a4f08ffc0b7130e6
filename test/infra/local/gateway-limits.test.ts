import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createThrottle } from '../../../infra/local/gateway/throttle.ts';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import type { RouteSpec } from '../../../infra/local/template/api.ts';
import { fixtureApp } from '../../support/fixture-app.ts';
import { createSender } from '../../support/send-request.ts';

const FREE = `exports.handler = async () => ({
  statusCode: 200,
  headers: { vary: 'Accept', 'access-control-allow-origin': '*', 'access-control-max-age': '9' },
});`;

let stack: LocalStack;
let sender: ReturnType<typeof createSender>;

beforeAll(async () => {
  stack = await startLocalStack({
    throttled: true,
    synthesize: fixtureApp({
      open: { code: FREE, route: '$default', open: true },
      closed: { code: FREE, route: 'GET /closed' },
      rare: {
        code: FREE,
        route: 'GET /rare',
        open: true,
        limit: { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 },
      },
    }),
  });
  sender = createSender(stack.apiUrl);
});
afterAll(async () => {
  sender?.close();
  await stack?.close();
});

const send = (target: string, headers: Record<string, string> = {}, method = 'GET') =>
  sender.send({ method, target, headers, body: undefined });
const corsHeadersOf = ({ headers }: { headers: Headers }) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

/* https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
describe('request line and values of headers', () => {
  const TARGET = '/any?x=1';

  /** A request whose request line and values are so many bytes together. */
  const ofBytes = (bytes: number) => {
    const others = [`GET ${TARGET} HTTP/1.1`, new URL(stack.apiUrl).host, 'keep-alive'].join('').length;
    return send(TARGET, { 'x-filling': 'x'.repeat(bytes - others) });
  };

  it('are 10,240 bytes at most, together', async () => {
    expect((await ofBytes(10_240)).status).toBe(200);
    for (const bytes of [10_241, 17_000, 60_000]) {
      const reply = await ofBytes(bytes);
      expect([reply.status, reply.body], `${bytes}`).toEqual([
        431,
        '{"message":"Request Header Fields Too Large"}',
      ]);
    }
  });

  it('count the target as well', async () => {
    expect((await send(`/${'x'.repeat(10_240)}`)).status).toBe(431);
  });
});

/* https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html */
describe('the limit of a route', () => {
  const NOW_MS = 1_000_000;
  const route = (key: string) => ({ key, limit: { ratePerSecond: 2, burst: 3 } }) as RouteSpec;
  const startThrottle = () => {
    let nowMs = NOW_MS;
    const letsThrough = createThrottle({ nowMs: () => nowMs });
    return {
      pass: (ms: number) => {
        nowMs += ms;
      },
      passed: (asked: number, key = 'a') =>
        Array.from({ length: asked }, () => letsThrough(route(key))).filter(Boolean).length,
    };
  };

  it('is its burst at one moment, and then its rate', () => {
    const { passed, pass } = startThrottle();
    expect(passed(10)).toBe(3);
    pass(499);
    expect(passed(1)).toBe(0);
    pass(1);
    expect(passed(5)).toBe(1);
    pass(1_000);
    expect(passed(5)).toBe(2);
  });

  it('never grows beyond the burst, nor does a clock that is set back lock anybody out', () => {
    const { passed, pass } = startThrottle();
    pass(3_600_000);
    expect(passed(10)).toBe(3);
    pass(-3_600_000);
    expect(passed(1)).toBe(0);
    pass(500);
    expect(passed(5)).toBe(1);
  });

  it('is its own: others are not touched, and one without a limit never is', () => {
    const { passed } = startThrottle();
    passed(10);
    expect(passed(10, 'b')).toBe(3);
    const letsThrough = createThrottle({ nowMs: () => NOW_MS });
    expect(Array.from({ length: 9 }, () => letsThrough({ limit: undefined } as RouteSpec))).not.toContain(
      false,
    );
  });

  it('stands in the template, and beyond it the gateway answers 429', async () => {
    const replies = [await send('/rare'), await send('/rare'), await send('/rare')];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]?.body).toBe('{"message":"Too Many Requests"}');
    expect((await send('/other')).status).toBe(200);
  });
});

/* https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
describe('CORS of the template', () => {
  const OURS = { origin: 'https://app.example' };
  const THEIRS = { origin: 'https://evil.example' };
  const ASKED = { 'access-control-request-method': 'GET' };

  it('answers a preflight of an allowed origin without a route or a token', async () => {
    const reply = await send('/closed', { ...OURS, ...ASKED }, 'OPTIONS');
    expect(reply.status).toBe(204);
    expect(corsHeadersOf(reply)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '3600',
    });
  });

  it('promises another origin nothing', async () => {
    const reply = await send('/closed', { ...THEIRS, ...ASKED }, 'OPTIONS');
    expect([reply.status, corsHeadersOf(reply)]).toEqual([204, {}]);
  });

  it('takes OPTIONS without both headers for any other request', async () => {
    for (const headers of [OURS, ASKED]) {
      expect((await send('/closed', headers, 'OPTIONS')).status).toBe(200);
    }
  });

  it('puts its headers in the place of the function’s, for an allowed origin', async () => {
    const reply = await send('/any', OURS);
    expect(corsHeadersOf(reply)).toEqual({ 'access-control-allow-origin': 'https://app.example' });
    expect(reply.headers.get('vary')).toBe('Accept, Origin');
  });

  it.each([
    ['another origin', THEIRS],
    ['none', {}],
    ['an origin that begins alike', { origin: 'https://app.example.evil' }],
  ])('leaves none for %s', async (_title, headers) => {
    const reply = await send('/any', headers as Record<string, string>);
    expect([reply.status, corsHeadersOf(reply), reply.headers.get('vary')]).toEqual([200, {}, 'Accept']);
  });

  it('says nothing where no integration answers: 401, 429, 431', async () => {
    for (const [target, status, more] of [
      ['/closed', 401, {}],
      ['/rare', 429, {}],
      ['/any', 431, { 'x-filling': 'x'.repeat(11_000) }],
    ] as const) {
      const reply = await send(target, { ...OURS, ...more });
      expect([reply.status, corsHeadersOf(reply)]).toEqual([status, {}]);
    }
  });
});
