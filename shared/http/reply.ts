import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fresh from 'fresh';
import Negotiator from 'negotiator';
import { type AppError, MethodNotAllowed } from '../errors.ts';
import { errorMessages, type Locale } from './messages.ts';

/** What a handler answers when the envelope around its data is not all there is to say. */
export class Reply {
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
  /** A strong validator of the content, without quotes; absent: the reply cannot be revalidated. */
  readonly etag: string | undefined;

  constructor(body: object, headers: Readonly<Record<string, string>>, etag?: string) {
    this.body = body;
    this.headers = headers;
    this.etag = etag;
  }
}

/** What of a request decides the form of its reply. */
export interface ReplyContext {
  requestId: string;
  method: string;
  locale: Locale;
  requestHeaders: Readonly<Record<string, string | undefined>>;
}

/** Below this a reply travels in one packet anyway. */
const GZIP_FROM_BYTES = 1_400;

const commonHeaders = ({ requestId, locale }: ReplyContext) => ({
  'content-language': locale,
  vary: 'Authorization, Accept-Language, Accept-Encoding',
  'cache-control': 'no-store',
  'x-request-id': requestId,
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
});

/** A 200, or the 304 that it comes down to. */
export function successReply(reply: Reply, context: ReplyContext): APIGatewayProxyStructuredResultV2 {
  const gzip = acceptsGzip(context.requestHeaders['accept-encoding']);
  const headers: Record<string, string> = { ...commonHeaders(context), ...reply.headers };
  if (reply.etag) {
    // Two encodings are two representations: a strong validator must tell them apart.
    headers.etag = gzip ? `"${reply.etag}-gzip"` : `"${reply.etag}"`;
    if (fresh(conditional(context.requestHeaders), headers)) return { statusCode: 304, headers };
  }
  return jsonReply(200, reply.body, headers, gzip);
}

/** Only the validator counts: `Cache-Control: no-cache` of a client asks to revalidate, which this does. */
const conditional = (headers: ReplyContext['requestHeaders']) => ({
  'if-none-match': headers['if-none-match'],
});

export function errorReply(error: AppError, context: ReplyContext): APIGatewayProxyStructuredResultV2 {
  const body = {
    success: false,
    error: {
      code: error.code,
      message: errorMessages[error.code][context.locale],
      request_id: context.requestId,
      ...(error.details && { details: error.details }),
    },
  };
  const headers: Record<string, string> = commonHeaders(context);
  if (error.retryAfterSeconds !== undefined)
    headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
  else if (error.status === 503) headers['retry-after'] = DEFAULT_RETRY_SECONDS;
  if (error instanceof MethodNotAllowed) headers.allow = error.allowed.join(', ');
  const reply = jsonReply(error.status, body, headers, false);
  // No route answers to HEAD, so that it is refused: as any reply to it, without a body (RFC 9110, 9.3.2).
  return context.method === 'HEAD' ? { ...reply, body: '' } : reply;
}
const DEFAULT_RETRY_SECONDS = '5';

/** Whether the client takes gzip and does not like plain text better. */
function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding) return false;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  return negotiator.encodings(['gzip', 'identity'])[0] === 'gzip';
}

function jsonReply(
  statusCode: number,
  content: object,
  headers: Record<string, string>,
  gzip: boolean,
): APIGatewayProxyStructuredResultV2 {
  headers['content-type'] = 'application/json; charset=utf-8';
  const text = JSON.stringify(content);
  if (!gzip || Buffer.byteLength(text) < GZIP_FROM_BYTES) return { statusCode, headers, body: text };
  headers['content-encoding'] = 'gzip';
  // The fastest level: names and ids shrink hardly more at the highest, which takes three times as long.
  return {
    statusCode,
    headers,
    body: gzipSync(text, { level: 1 }).toString('base64'),
    isBase64Encoded: true,
  };
}
