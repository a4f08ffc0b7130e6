import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './http.ts';
import { startingPage } from './starting-page.ts';

type Control = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
type Gateway = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Parts {
  readonly control: Control;
  readonly gateway: Gateway;
}

/** The port of the API: what only the local stack has stands before the gateway. Until both are there, 503. */
export function createFront() {
  let parts: Parts | undefined;
  let progress = '';
  return {
    /** What the stack is doing, for those who come too early. */
    tell(text: string): void {
      progress = text;
    },
    /** From now on these answer; those before end what they have begun. */
    open(opened: Parts): void {
      parts = opened;
    },
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (!parts) return sayLater(request, response, progress);
      const { control, gateway } = parts;
      if (await control(request, response)) return;
      await gateway(request, response);
    },
  };
}

/** A person in a browser is told what is going on, and need not ask again; a program gets what it can read. */
function sayLater({ headers, method }: IncomingMessage, response: ServerResponse, progress: string): void {
  const later = { 'retry-after': '1' };
  const isBrowser = method === 'GET' && headers.accept?.includes('text/html');
  if (!isBrowser) {
    sendJson(response, 503, { ready: false, progress }, later);
    return;
  }
  response.writeHead(503, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...later,
  });
  response.end(startingPage(progress));
}
