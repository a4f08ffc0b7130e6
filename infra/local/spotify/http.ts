import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** What a route of the stand-in is given: nothing of node's sockets, so that routes stay plain functions. */
export interface StandInRequest {
  method: string;
  /** Always on the stand-in's own origin, whatever the Host header says. */
  url: URL;
  headers: IncomingHttpHeaders;
  /** UTF-8 text, empty without a body. */
  body: string;
  /** Aborts when the client goes away or the stand-in closes. */
  signal: AbortSignal;
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const MAX_BODY_BYTES = 64 * 1024;

export class BodyTooLarge extends Error {}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

export function plain(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** The shape of every error of the Web API. */
export function apiError(
  status: number,
  message: string,
  { reason, headers }: { reason?: string; headers?: Record<string, string> } = {},
): Reply {
  return json(status, { error: { status, message, ...(reason ? { reason } : {}) } }, headers);
}

/** @throws BodyTooLarge beyond 64 KB; the rest of the body is not read. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
