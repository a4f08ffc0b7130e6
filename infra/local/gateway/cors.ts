import type { IncomingMessage } from 'node:http';
import type { CorsSpec } from '../template/api.ts';
import type { Reply } from './reply.ts';

/*
 * CORS as an HTTP API does it, once it stands in the template: preflights are answered without a route, replies of
 * integrations get the configured headers in the place of their own, and what the gateway itself answers gets none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */

/** With CORS in the template the gateway answers a preflight itself, whatever the routes say. */
export function preflight(cors: CorsSpec | undefined, request: IncomingMessage): Reply | undefined {
  if (!cors || request.method !== 'OPTIONS') return undefined;
  if (!request.headers.origin || !request.headers['access-control-request-method']) return undefined;
  const allowed = allowedHeaders(cors, request);
  const details = {
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
  const headers = allowed['access-control-allow-origin'] ? { ...allowed, ...details } : {};
  return { status: 204, headers, cookies: [], body: Buffer.alloc(0) };
}

/** The reply of an integration as it goes out. Its own `Vary` stays beside the one of CORS. */
export function withCors(reply: Reply, cors: CorsSpec | undefined, request: IncomingMessage): Reply {
  if (!cors) return reply;
  const own = Object.entries(reply.headers).filter(([name]) => !name.startsWith('access-control-'));
  const { vary, ...allowed } = allowedHeaders(cors, request);
  const varies = [reply.headers.vary, vary].filter((part) => part !== undefined).join(', ');
  return {
    ...reply,
    headers: { ...Object.fromEntries(own), ...allowed, ...(varies ? { vary: varies } : {}) },
  };
}

/** What a request gets whose origin is allowed; nothing for another, and for none. */
function allowedHeaders(cors: CorsSpec, { headers: { origin } }: IncomingMessage): Record<string, string> {
  if (!origin || !cors.allowOrigins.some((allowed) => covers(allowed, origin))) return {};
  const all = cors.allowOrigins.includes('*');
  return {
    'access-control-allow-origin': all ? '*' : origin,
    ...(all ? {} : { vary: 'Origin' }),
    ...(cors.exposeHeaders.length > 0
      ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') }
      : {}),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** An origin, or all, or all of a scheme: `https://*`. */
function covers(allowed: string, origin: string): boolean {
  return allowed.endsWith('*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin;
}
