import middy, { type MiddlewareObj } from '@middy/core';
import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import type { BodyOf, DataOf, QueryOf, Route } from '../contract/routes.ts';
import { AppError, InternalError, Unauthorized } from '../errors.ts';
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
  const chain = middy<unknown, unknown, Error, Context, Internal>()
    .use(httpReplies())
    .use(checkedRequest(route))
    .use(middleware as HttpMiddleware[])
    .handler(handler as never);
  return chain as unknown as ApiHandler;
}

/** Turns what was returned or thrown into HTTP; the first in, so that it is the last out. */
export function httpReplies(): HttpMiddleware {
  return {
    before: function httpRepliesBefore(request) {
      const { headers, requestContext } = request.event as APIGatewayProxyEventV2WithJWTAuthorizer;
      request.internal.reply = {
        requestId: requestContext.requestId,
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
  internal.reply ?? { requestId: '', locale: 'fr', requestHeaders: {} };

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

function userIdOf(event: APIGatewayProxyEventV2WithJWTAuthorizer): string {
  const subject = event.requestContext.authorizer?.jwt?.claims?.sub;
  if (typeof subject !== 'string' || !isUserId(subject)) throw new Unauthorized('the token names no user');
  return subject;
}

/** UTF-8 has no lone surrogates: DynamoDB would be given the same key for all of them, and so for several users. */
const isUserId = (subject: string) =>
  subject !== '' && subject.isWellFormed() && Buffer.byteLength(subject) <= MAX_USER_ID_BYTES;
