import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forOwnHosts } from './callers.ts';
import { StartProblem } from './problem.ts';

/** Thrown by `readBody`; the rest of the body is drained, so that the client can read the reply. */
export class BodyTooLarge extends Error {}

/** @throws BodyTooLarge beyond `limitBytes` */
export async function readBody(
  request: IncomingMessage,
  limitBytes = Number.POSITIVE_INFINITY,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
  }
  if (size > limitBytes) throw new BodyTooLarge(`more than ${limitBytes} bytes`);
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export interface Listening {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/**
 * Connections of the functions outlive the time that an execution environment is frozen: closing them sooner would
 * be an error that the real services do not make.
 */
const KEEP_ALIVE_MS = 600_000;

/** Far more than the gateway allows: it is to say so itself, in its own words. */
const HEAD_LIMIT_BYTES = 64 * 1024;

interface ServeOptions {
  /** 0 takes any free one. */
  readonly port?: number | undefined;
  /** The environment variable that chose the port, for the message when it is taken. */
  readonly variable?: string;
  /** Hosts by which it may be called beside those of every machine itself. */
  readonly hosts?: readonly string[] | undefined;
}

/**
 * Serves on 127.0.0.1.
 *
 * @throws StartProblem when the port is taken, or none to call
 */
export async function serve(
  handler: Handler,
  { port = 0, variable = 'the port', hosts }: ServeOptions = {},
): Promise<Listening> {
  const server = createServer(
    { maxHeaderSize: HEAD_LIMIT_BYTES },
    forOwnHosts((request, response) => {
      Promise.resolve(handler(request, response)).catch((error: unknown) => {
        console.error('local stack: unexpected error', error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    }, hosts),
  );
  return listenOn(server, port, variable);
}

/** The same for a server that was made elsewhere. */
export async function listenOn(server: Server, port: number, variable: string): Promise<Listening> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portProblem(error, port, variable)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const listening: Listening = {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  try {
    if (port !== 0) await requireCallable(listening.url, variable);
  } catch (error) {
    await listening.close();
    throw error;
  }
  return listening;
}

/**
 * Browsers, and `fetch` here, refuse to call some ports, those of mail and of X11 for instance: whatever listens there
 * would never be reached.
 *
 * @throws StartProblem for such a port
 */
export async function requireCallable(url: string, variable: string): Promise<void> {
  try {
    await fetch(url, { method: 'HEAD' });
  } catch (error) {
    const cause = (error as Error).cause;
    if ((cause as Error | undefined)?.message !== 'bad port') throw error;
    const { port } = new URL(url);
    const message = `browsers refuse to call port ${port}: choose another with ${variable}=…`;
    throw new StartProblem(message, { cause });
  }
}

/** One line for a port that is taken or not allowed; any other error as it is. */
export function portProblem(error: unknown, port: number, variable: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new StartProblem(
      `port ${port} is taken: stop what listens there, or choose another with ${variable}=…`,
      { cause: error },
    );
  }
  if (code === 'EACCES') {
    return new StartProblem(`port ${port} is not allowed: choose another with ${variable}=…`, {
      cause: error,
    });
  }
  return error;
}
