import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { preflight, withCors } from '../../../infra/local/gateway/cors.ts';
import { message } from '../../../infra/local/gateway/reply.ts';

const from = (origin: string, method = 'GET') =>
  ({ method, headers: { origin, 'access-control-request-method': 'GET' } }) as unknown as IncomingMessage;
const REPLY = message(200, 'OK', { 'access-control-allow-origin': 'own' });
const allowed = (allowOrigins: string[], origin: string) =>
  withCors(
    REPLY,
    {
      allowOrigins,
      allowMethods: [],
      allowHeaders: [],
      exposeHeaders: [],
      maxAgeSeconds: undefined,
      allowCredentials: false,
    },
    from(origin),
  ).headers['access-control-allow-origin'];

it('leaves replies, and preflights, to the functions where the template has no CORS', () => {
  expect(withCors(REPLY, undefined, from('https://app.example'))).toBe(REPLY);
  expect(preflight(undefined, from('https://app.example', 'OPTIONS'))).toBeUndefined();
});

it('knows all origins, and all of a scheme', () => {
  expect(allowed(['*'], 'http://any.example')).toBe('*');
  expect(allowed(['https://*'], 'https://any.example')).toBe('https://any.example');
  expect(allowed(['https://*'], 'http://any.example')).toBeUndefined();
});
