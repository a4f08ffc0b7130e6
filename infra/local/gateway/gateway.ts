import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { BodyTooLarge, readBody } from '../http.ts';
import type { LambdaService } from '../lambda/service.ts';
import type { ApiSpec, RouteSpec } from '../template/api.ts';
import { createAuthorizer } from './authorizer.ts';
import { preflight, withCors } from './cors.ts';
import { eventOf, splitTarget } from './event.ts';
import { internalServerError, message, type Reply, replyOf, sendReply, serviceUnavailable } from './reply.ts';
import { createRouter } from './routes.ts';
import { createThrottle } from './throttle.ts';

/** A request that has been answered. */
export interface Answered {
  readonly requestId: string;
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly status: number;
  readonly ms: number;
  /** The header of that name. */
  readonly cacheStatus: string | undefined;
}

interface GatewayOptions {
  readonly api: ApiSpec;
  readonly lambda: Pick<LambdaService, 'invoke'>;
  readonly clock?: Clock | undefined;
  /** Told of each request once it is answered. */
  onAnswered?(answered: Answered): void;
  /** Whether the limits of the stage hold; not unless told: one machine's tests ask more at once than people do. */
  readonly throttled?: boolean | undefined;
}

/** Quotas of an HTTP API. The first is of the request line and the values of headers together. */
const HEAD_LIMIT_BYTES = 10_240;
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * The HTTP API of the template before its functions, as API Gateway is on AWS: routes, JWT authorizer, payload format
 * 2.0, CORS, limits. Nothing is kept between requests but the issuer's keys and what the limits count.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export function createGateway({
  api,
  lambda,
  clock = systemClock,
  throttled = false,
  onAnswered,
}: GatewayOptions) {
  const route = createRouter(api.routes);
  const authorize = createAuthorizer(clock);
  const letsThrough = throttled ? createThrottle(clock) : () => true;

  async function answer(request: IncomingMessage, requestId: string): Promise<Reply> {
    if (headBytes(request) > HEAD_LIMIT_BYTES) return message(431, 'Request Header Fields Too Large');
    const early = preflight(api.cors, request);
    if (early) return early;
    const [path] = splitTarget(request.url ?? '/');
    const match = route(request.method ?? 'GET', path);
    if (!match) return message(404, 'Not Found');
    if (!letsThrough(match.route)) return message(429, 'Too Many Requests');
    const body = await readBody(request, BODY_LIMIT_BYTES);
    const authorization = await authorize(match.route, request.headers.authorization);
    if (authorization && 'status' in authorization) {
      const { status, wwwAuthenticate } = authorization;
      const text = status === 401 ? 'Unauthorized' : 'Forbidden';
      return message(status, text, { 'www-authenticate': wwwAuthenticate });
    }
    const incoming = { request, body, requestId, apiId: api.id, nowMs: clock.nowMs(), match, authorization };
    return withCors(await invoke(match.route, JSON.stringify(eventOf(incoming))), api.cors, request);
  }

  async function invoke({ functionArn, timeoutMs }: RouteSpec, event: string): Promise<Reply> {
    const waited = new AbortController();
    const late = clock.sleep(timeoutMs, waited.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    try {
      const outcome = await Promise.race([lambda.invoke(functionArn, event), late]);
      if (outcome === 'late') return serviceUnavailable();
      if (outcome.kind === 'ok') return replyOf(outcome.payload);
      return outcome.cause === 'timeout' ? serviceUnavailable() : internalServerError();
    } finally {
      waited.abort();
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // In the form of AWS, such as `JKJaXmPLvHcESHA=`.
    const requestId = randomBytes(11).toString('base64');
    const { method = 'GET', url: target = '/' } = request;
    const startedAtMs = performance.now();
    const reply = await answer(request, requestId).catch((error: unknown) =>
      error instanceof BodyTooLarge ? message(413, 'Request Entity Too Large') : internalServerError(),
    );
    sendReply(response, reply, requestId, method === 'HEAD');
    const ms = performance.now() - startedAtMs;
    // Not what was meant to be sent: a header that HTTP cannot carry makes another reply of it.
    const status = response.statusCode;
    onAnswered?.({ requestId, method, target, status, ms, cacheStatus: reply.headers['cache-status'] });
  };
}

function headBytes({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): number {
  const line = `${method} ${url} HTTP/${httpVersion}`;
  // Names and values take turns; a character is a byte.
  return rawHeaders.reduce((sum, text, i) => sum + (i % 2 ? text.length : 0), line.length);
}
