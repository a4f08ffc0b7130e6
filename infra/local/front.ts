import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './http.ts';

type Control = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
type Gateway = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The port of the API: what only the local stack has stands before the gateway. Until both are there, 503. */
export function createFront() {
  let parts: { control: Control; gateway: Gateway } | undefined;
  return {
    open(control: Control, gateway: Gateway): void {
      parts = { control, gateway };
    },
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (!parts) return sendJson(response, 503, { ready: false }, { 'retry-after': '1' });
      if (await parts.control(request, response)) return;
      await parts.gateway(request, response);
    },
  };
}
