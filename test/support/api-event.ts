import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';

interface EventOptions {
  method?: string;
  path?: string;
  user?: string | undefined;
  query?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
  headers?: Record<string, string>;
}

/** An event of HTTP API payload format 2.0 that the authorizer let through; only what matters to a test is named. */
export function anEvent(options: EventOptions = {}): APIGatewayProxyEventV2WithJWTAuthorizer {
  const {
    method = 'GET',
    path = '/',
    user = 'alice',
    query,
    body,
    isBase64Encoded = false,
    headers = {},
  } = options;
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { authorization: `Bearer ${tokenOf(user)}`, ...headers },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      requestId: 'request-1',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      authorizer: {
        principalId: '',
        integrationLatency: 0,
        jwt: { claims: { sub: user as string }, scopes: [] },
      },
    } as unknown as APIGatewayProxyEventV2WithJWTAuthorizer['requestContext'],
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

/** As the gateway passes it on, after it has verified it. */
const tokenOf = (sub: unknown) =>
  ['{}', JSON.stringify({ sub }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');

/** A Lambda context with `remainingMs` left. */
export function aContext(remainingMs = 29_000): Context {
  return {
    awsRequestId: 'invocation-1',
    functionName: 'test',
    getRemainingTimeInMillis: () => remainingMs,
  } as unknown as Context;
}
