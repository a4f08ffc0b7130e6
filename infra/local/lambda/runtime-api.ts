import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLarge, type Listening, readBody, sendJson, serve } from '../http.ts';

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly traceId: string;
  /** The event, as JSON. */
  readonly payload: string;
}

/** What a runtime tells of itself. */
export interface RuntimeEvents {
  /** It waits for an invocation; `deliver` gives it one. */
  onNext(deliver: (invocation: Invocation) => void): void;
  onResponse(requestId: string, payload: string): void;
  onError(requestId: string, payload: string): void;
  onInitError(payload: string): void;
}

/** Of a request and of a response alike. */
export const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;

const PREFIX = '/2018-06-01/runtime';
const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

export interface RuntimeApi extends Pick<Listening, 'close'> {
  /** For AWS_LAMBDA_RUNTIME_API: `host:port/path`. */
  readonly address: string;
}

/**
 * The Lambda Runtime API for one execution environment, on a port of its own: a runtime finds there its own
 * invocations and no others. It stands below a path that only that runtime is told: invocations carry what users send.
 */
export async function serveRuntimeApi(events: RuntimeEvents): Promise<RuntimeApi> {
  const path = `/${randomBytes(16).toString('hex')}`;
  const { port, close } = await serve(async (request, response) => {
    const { method = 'GET' } = request;
    const url = request.url?.startsWith(`${path}/`) ? request.url.slice(path.length) : '';
    if (method === 'GET' && url === `${PREFIX}/invocation/next`) {
      return events.onNext((invocation) => sendInvocation(response, invocation));
    }
    if (method === 'POST' && url === `${PREFIX}/init/error`) {
      events.onInitError(await text(request));
      return sendJson(response, 202, { status: 'OK' });
    }
    const [, requestId, kind] = (method === 'POST' && INVOCATION.exec(url)) || [];
    if (!requestId) return sendJson(response, 404, { errorType: 'InvalidRequest', errorMessage: url });
    return finish(events, request, response, requestId, kind === 'error');
  });
  return { address: `127.0.0.1:${port}${path}`, close };
}

async function finish(
  events: RuntimeEvents,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  failed: boolean,
): Promise<void> {
  try {
    const payload = await text(request);
    sendJson(response, 202, { status: 'OK' });
    if (failed) events.onError(requestId, payload);
    else events.onResponse(requestId, payload);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    const body = {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT_BYTES} bytes).`,
    };
    sendJson(response, 413, body);
    events.onError(requestId, JSON.stringify(body));
  }
}

async function text(request: IncomingMessage): Promise<string> {
  return (await readBody(request, PAYLOAD_LIMIT_BYTES)).toString('utf8');
}

function sendInvocation(response: ServerResponse, invocation: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
    'Lambda-Runtime-Deadline-Ms': String(invocation.deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
    'Lambda-Runtime-Trace-Id': invocation.traceId,
  });
  response.end(invocation.payload);
}
