import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { readBody, serve } from '../../infra/local/http.ts';

export interface ReceivedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ScriptedReply {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, anything else as JSON. */
  body?: unknown;
}

/** What to answer; undefined: nothing, the connection is cut. A function may also answer by itself. */
type Script = (
  request: ReceivedRequest,
  response: ServerResponse,
) => ScriptedReply | 'cut' | 'answered' | Promise<ScriptedReply | 'cut' | 'answered'>;

/** A server that says what the test wants, and remembers what it was asked. Closed when the test ends. */
export async function startScripted(script: Script) {
  const requests: ReceivedRequest[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  const server = await serve(async (request, response) => {
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    response.once('close', () => {
      underWay -= 1;
    });
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: (await readBody(request)).toString('utf8'),
    };
    requests.push(received);
    const reply = await script(received, response);
    if (reply === 'answered') return;
    if (reply === 'cut') {
      response.destroy();
      return;
    }
    const { status = 200, headers = {}, body = '' } = reply;
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  onTestFinished(() => server.close());
  return { url: server.url, requests, mostAtOnce: () => mostAtOnce };
}

/** One reply after the other; the last one again and again. */
export function inTurn(...replies: (ScriptedReply | 'cut')[]): () => ScriptedReply | 'cut' {
  let next = 0;
  return () => replies[Math.min(next++, replies.length - 1)] ?? {};
}
