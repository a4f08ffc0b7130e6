import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

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
