import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/**
 * Serves on 127.0.0.1; port 0 takes any free one.
 *
 * @param variable the environment variable that chose the port, for the message when it is taken
 * @throws StartProblem when the port is taken
 */
export async function serve(handler: Handler, port = 0, variable = 'the port'): Promise<Listening> {
  const server = createServer((request, response) => {
    Promise.resolve(handler(request, response)).catch((error: unknown) => {
      console.error('local stack: unexpected error', error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
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
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
