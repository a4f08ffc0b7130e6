import { LOCALES } from '../../shared/http/messages.ts';

/** What every reply of the service carries. Replies of the gateway lack it: where both answer, it is not required. */
const OWN = {
  'Content-Language': {
    description: 'The language of the messages',
    schema: { type: 'string', enum: [...LOCALES] },
    example: 'fr',
  },
  Vary: {
    schema: { type: 'string', pattern: '^Authorization, Accept-Language, Accept-Encoding(, Origin)?$' },
    example: 'Authorization, Accept-Language, Accept-Encoding',
  },
  'X-Request-Id': {
    description: 'To quote when something has to be looked into; `request_id` of a failure',
    schema: { type: 'string', minLength: 1 },
    example: 'JKJaXmPLvHcESHA=',
  },
};

const UNCACHED = { 'No-Store': { schema: { type: 'string', const: 'no-store' } } };

const CACHED = {
  Revalidate: {
    description: 'Keep it, and ask with `If-None-Match` before it is shown again',
    schema: { type: 'string', const: 'private, no-cache' },
  },
  Age: {
    description: 'Seconds since `cached_at`',
    schema: { type: 'integer', minimum: 0 },
    example: 1600,
  },
  ETag: {
    description: 'Strong; covers the list, the page, its limit, the status, the warning and the language',
    schema: { type: 'string', pattern: '^"[\\x21\\x23-\\x7e]+"$' },
    example: '"2vAbpKd0nGk5XwXwqJXlS3Tq0fM"',
  },
  'Cache-Status': {
    description: 'RFC 9211: what the cache `artists` did, and the seconds of freshness that are left',
    schema: {
      type: 'string',
      pattern: '^artists; (hit; ttl=-?\\d+(; detail=[A-Z_]+)?|fwd=(miss|stale)(; stored)?)$',
    },
    example: 'artists; hit; ttl=9200',
  },
};

const OCCASIONAL = {
  Allow: {
    description: 'The methods that the path does answer to',
    required: true,
    schema: { type: 'string', pattern: '^[A-Z]+(, [A-Z]+)*$' },
    example: 'GET',
  },
  'Retry-After': {
    description:
      'Seconds after which the same request may succeed. Always there when the service itself answers',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
  },
  'WWW-Authenticate': {
    description: 'Why the authorizer refused the token',
    schema: { type: 'string' },
    example: 'Bearer scope="" error="invalid_token" error_description="the token has expired"',
  },
};

type Headers = Readonly<Record<string, object>>;

const renamed = (headers: Headers, rename: (name: string) => string, more: object): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, header]) => [rename(name), { ...header, ...more }]));
const maybe = (name: string) => `Maybe-${name}`;

export const headerComponents = (): Headers => ({
  ...renamed({ ...OWN, ...UNCACHED, ...CACHED }, String, { required: true }),
  ...renamed({ ...OWN, ...UNCACHED }, maybe, {}),
  ...OCCASIONAL,
});

/** Two components describe one header, with different values. */
const HEADER_OF: Readonly<Record<string, string>> = {
  'No-Store': 'Cache-Control',
  Revalidate: 'Cache-Control',
};

const refs = (headers: Headers, component: (name: string) => string = String): Headers =>
  Object.fromEntries(
    Object.keys(headers).map((name) => [
      HEADER_OF[name] ?? name,
      { $ref: `#/components/headers/${component(name)}` },
    ]),
  );

export const successHeaders = () => refs({ ...OWN, ...UNCACHED });

export const cachedHeaders = () => refs({ ...OWN, ...CACHED });

/** @param gatewayToo whether API Gateway itself may answer with this status */
export function failureHeaders(status: number, gatewayToo: boolean): Headers {
  const { Allow, 'Retry-After': retryAfter, 'WWW-Authenticate': authenticate } = OCCASIONAL;
  return {
    ...refs({ ...OWN, ...UNCACHED }, gatewayToo ? maybe : String),
    ...(status === 405 && refs({ Allow })),
    ...(status === 503 && refs({ 'Retry-After': retryAfter })),
    ...(status === 401 && refs({ 'WWW-Authenticate': authenticate })),
  };
}

/** For what API Gateway alone answers. */
export const gatewayHeaders = (status: number): Headers =>
  status === 403 ? refs({ 'WWW-Authenticate': OCCASIONAL['WWW-Authenticate'] }) : {};
