import type { ServerResponse } from 'node:http';

/** What the gateway sends. `cookies` become a `set-cookie` header each. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** The gateway's own words, in the form of AWS. */
export function message(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

export const internalServerError = () => message(500, 'Internal Server Error');
export const serviceUnavailable = () => message(503, 'Service Unavailable');

interface Result {
  statusCode?: unknown;
  headers?: Record<string, unknown>;
  cookies?: unknown[];
  body?: unknown;
  isBase64Encoded?: unknown;
}

/**
 * The reply that a function's result means, after payload format 2.0: a result without `statusCode` is the JSON body of
 * a 200; one that makes no sense is a 500.
 */
export function replyOf(payload: string): Reply {
  const result = JSON.parse(payload) as unknown;
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return inferred(result);
  }
  const { statusCode, headers = {}, cookies = [], body, isBase64Encoded } = result as Result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return internalServerError();
  const text =
    body === undefined || body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: lowerCased(headers, text !== ''),
    cookies: cookies.map(String),
    body: Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function inferred(result: unknown): Reply {
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(text),
  };
}

/** The gateway decides on these itself. */
const NOT_TAKEN = new Set(['content-length', 'connection', 'transfer-encoding', 'date', 'apigw-requestid']);

function lowerCased(headers: Record<string, unknown>, hasBody: boolean): Record<string, string> {
  const taken: Record<string, string> = hasBody ? { 'content-type': 'text/plain; charset=utf-8' } : {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && value !== null && !NOT_TAKEN.has(name.toLowerCase())) {
      taken[name.toLowerCase()] = String(value);
    }
  }
  return taken;
}

const isBodiless = (status: number) => status < 200 || status === 204 || status === 304;

/**
 * A header that HTTP cannot carry makes the whole reply a 500, as every other result that makes no sense.
 *
 * @param isHead a HEAD is told the length of the body and not given it
 */
export function sendReply(response: ServerResponse, reply: Reply, requestId: string, isHead: boolean): void {
  try {
    setHeaders(response, reply);
  } catch {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendReply(response, internalServerError(), requestId, isHead);
    return;
  }
  response.setHeader('apigw-requestid', requestId);
  if (isBodiless(reply.status)) {
    response.end();
    return;
  }
  response.setHeader('content-length', reply.body.length);
  response.end(isHead ? undefined : reply.body);
}

function setHeaders(response: ServerResponse, { status, headers, cookies }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
}
