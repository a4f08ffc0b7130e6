import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ACCOUNT_ID } from '../template/resources.ts';
import type { Authorization } from './authorizer.ts';
import type { Match } from './routes.ts';

export interface Incoming {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly apiId: string;
  readonly nowMs: number;
  readonly match: Match;
  readonly authorization: Authorization | undefined;
}

type Event = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  requestContext: APIGatewayProxyEventV2['requestContext'] & {
    authorizer?: { jwt: { claims: Record<string, string>; scopes: string[] | null } };
  };
};

/**
 * What a function is given: payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventOf(incoming: Incoming): Event {
  const { request, body, match, authorization } = incoming;
  const [path, rawQueryString] = splitTarget(request.url ?? '/');
  // Of two question marks the second belongs to the first name: without one of its own, the parser would drop it.
  const query = joinDuplicates(new URLSearchParams(`?${rawQueryString}`));
  const cookies = request.headers.cookie?.split('; ').filter(Boolean);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: path,
    rawQueryString,
    ...(cookies?.length ? { cookies } : {}),
    headers: headersOf(request),
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: contextOf(incoming, path, authorization),
    ...(match.pathParameters ? { pathParameters: match.pathParameters } : {}),
    ...bodyOf(request, body),
  };
}

/** The path is decoded before anything looks at it, routes too; the query is not. */
export function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [decodePath(target), ''] : [decodePath(target.slice(0, mark)), target.slice(mark + 1)];
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function joinDuplicates(query: URLSearchParams): Record<string, string> | undefined {
  const joined = new Map<string, string>();
  for (const [name, value] of query) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined.size > 0 ? Object.fromEntries(joined) : undefined;
}

/** Of one hop only, or with a place of their own in the event. */
const LEFT_OUT = new Set(['connection', 'cookie', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect']);

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {
    'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-port': String(request.socket.localPort),
    'x-forwarded-proto': 'http',
  };
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values && !LEFT_OUT.has(name)) headers[name] = values.join(',');
  }
  return headers;
}

function contextOf(
  { request, requestId, apiId, nowMs, match }: Incoming,
  path: string,
  authorization: Authorization | undefined,
): Event['requestContext'] {
  const domainName = request.headers.host ?? '127.0.0.1';
  return {
    accountId: ACCOUNT_ID,
    apiId,
    ...(authorization ? { authorizer: { jwt: authorization } } : {}),
    domainName,
    domainPrefix: domainName.split('.')[0] ?? '',
    http: {
      method: request.method ?? 'GET',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: match.route.key,
    stage: '$default',
    time: commonLogTime(nowMs),
    timeEpoch: nowMs,
  } as Event['requestContext'];
}

/** Such as `22/Nov/2026:16:03:58 +0000`. */
function commonLogTime(nowMs: number): string {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(nowMs).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Everything else reaches a function in base64, forms and bodies without a type too (measured on AWS). */
const TEXT = /^\s*(text\/[^;]*|application\/(json|javascript|xml))\s*(;|$)/i;

function bodyOf(request: IncomingMessage, body: Buffer): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT.test(request.headers['content-type'] ?? '') && !request.headers['content-encoding'];
  return isText
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}
