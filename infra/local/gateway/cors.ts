import type { IncomingMessage } from 'node:http';
import type { CorsSpec } from '../template/api.ts';
import type { Reply } from './reply.ts';

/** The headers that a reply to this request gets: none without CORS, without an origin, or for an origin not allowed. */
export function corsHeaders(cors: CorsSpec | undefined, request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers;
  if (!cors || !origin) return {};
  const all = cors.allowOrigins.includes('*');
  if (!all && !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': all ? '*' : origin,
    ...(all ? {} : { vary: 'Origin' }),
    ...(cors.exposeHeaders.length > 0
      ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') }
      : {}),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}

/** With CORS in the template the gateway answers a preflight itself, whatever the routes say. */
export function preflight(cors: CorsSpec | undefined, request: IncomingMessage): Reply | undefined {
  if (!cors || request.method !== 'OPTIONS') return undefined;
  if (!request.headers.origin || !request.headers['access-control-request-method']) return undefined;
  const allowed = corsHeaders(cors, request);
  const details = {
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
  const headers = allowed['access-control-allow-origin'] ? { ...allowed, ...details } : {};
  return { status: 204, headers, cookies: [], body: Buffer.alloc(0) };
}
