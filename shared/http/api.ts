import middy, { type MiddlewareObj } from '@middy/core';
import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import type { BodyOf, DataOf, QueryOf, Route } from '../contract/routes.ts';
import { AppError, InternalError, StorageUnavailable, Unauthorized } from '../errors.ts';
import { logFailure, logRefusal } from '../logging/log-failure.ts';
import { type Locale, negotiateLocale } from './messages.ts';
import { errorReply, Reply, type ReplyContext, successReply } from './reply.ts';
import { parseJsonBody, validate } from './validate.ts';

/** A request as a handler sees it: who asks, and what, both checked. */
export interface ApiRequest<R extends Route = Route> {
  /** The claim `sub` of the token, and nothing else. */
  userId: string;
  query: QueryOf<R>;
  body: BodyOf<R>;
  locale: Locale;
  requestId: string;
}

export type ApiHandler = (
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

type Internal = Record<string, unknown> & { reply?: ReplyContext };
type HttpMiddleware = MiddlewareObj<unknown, unknown, Error, Context, Internal>;

/**
 * The Lambda of a route. `handler` gets the checked request, with what `middleware` put on it, and returns the `data`
 * of the envelope, or a `Reply`; what it throws becomes the error of the contract. Safe under concurrent invocations:
 * all state is the request's.
 */
export function api<R extends Route, TRequest extends ApiRequest<R> = ApiRequest<R>>(
  route: R,
  handler: (request: TRequest, context: Context) => Promise<DataOf<R> | Reply>,
  ...middleware: MiddlewareObj[]
): ApiHandler {
  // The early end concerns all that a handler does, and middy only times the innermost.
  const work = middy({ timeoutEarlyInMillis: 0 })
    .use(middleware)
    .handler(handler as never);
  const chain = middy<unknown, unknown, Error, Context, Internal>(EARLY_END)
    .use(httpReplies())
    .use(checkedRequest(route))
    .handler((middleware.length > 0 ? work : handler) as never);
  return chain as unknown as ApiHandler;
}

/**
 * Each call has a time limit of its own; only many of them that are slow in a row last this long, and those of storage
 * are the only ones without a limit to their number. Time to log and to answer is left.
 */
const EARLY_END = {
  timeoutEarlyInMillis: 1_000,
  timeoutEarlyResponse: () => {
    throw new StorageUnavailable('storage is too slow for the request', { retryAfterSeconds: 5 });
  },
};

/** Turns what was returned or thrown into HTTP; the first in, so that it is the last out. */
export function httpReplies(): HttpMiddleware {
  return {
    before: function httpRepliesBefore(request) {
      const { headers, requestContext } = request.event as APIGatewayProxyEventV2WithJWTAuthorizer;
      request.internal.reply = {
        requestId: requestContext.requestId,
        method: requestContext.http.method,
        locale: negotiateLocale(headers['accept-language']),
        requestHeaders: headers,
      };
    },
    after: function httpRepliesAfter(request) {
      const { response } = request;
      const reply = response instanceof Reply ? response : new Reply({ success: true, data: response }, {});
      request.response = successReply(reply, replyContext(request.internal));
    },
    onError: async function httpRepliesOnError(request) {
      const context = replyContext(request.internal);
      const error = asAppError(request.error);
      const line = { requestId: context.requestId, code: error.code };
      await (error.status >= 500 ? logFailure(request.error, line) : logRefusal(line));
      request.response = errorReply(error, context);
    },
  };
}

const replyContext = (internal: Internal): ReplyContext =>
  internal.reply ?? { requestId: '', method: '', locale: 'fr', requestHeaders: {} };

function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new InternalError('an unexpected error', { cause: error });
}

/** Replaces the gateway's event by the checked request. */
function checkedRequest(route: Route): HttpMiddleware {
  return {
    before: function checkedRequestBefore(request) {
      const event = request.event as APIGatewayProxyEventV2WithJWTAuthorizer;
      const { locale, requestId } = replyContext(request.internal);
      const query =
        route.query && validate(route.query, event.queryStringParameters ?? {}, { name: 'query', locale });
      const body =
        route.body &&
        validate(route.body, parseJsonBody(event.body, event.isBase64Encoded, locale), {
          name: 'body',
          locale,
        });
      const checked: ApiRequest = {
        userId: userIdOf(event),
        query: query as undefined,
        body: body as undefined,
        locale,
        requestId,
      };
      request.event = checked;
    },
  };
}

/** DynamoDB takes keys of 2,048 bytes; no issuer's subject comes near this. */
const MAX_USER_ID_BYTES = 512;

function userIdOf({ headers, requestContext }: APIGatewayProxyEventV2WithJWTAuthorizer): string {
  const subject = requestContext.authorizer?.jwt?.claims?.sub;
  const isNamed =
    typeof subject === 'string' && isUserId(subject) && subjectIn(headers.authorization) === subject;
  if (!isNamed) throw new Unauthorized('the token names no user');
  return subject;
}

/**
 * The subject as the token has it. The authorizer, which has verified the token, makes text of every claim: `null` would
 * become the user "null", and two long numbers could become one.
 */
function subjectIn(authorization = ''): unknown {
  try {
    const [, payload = ''] = authorization.split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).sub;
  } catch {
    return undefined;
  }
}

/** UTF-8 has no lone surrogates: DynamoDB would be given the same key for all of them, and so for several users. */
const isUserId = (subject: string) =>
  subject !== '' && subject.isWellFormed() && Buffer.byteLength(subject) <= MAX_USER_ID_BYTES;
