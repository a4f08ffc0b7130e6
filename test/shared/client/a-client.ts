import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientOptions, createClient } from '../../../shared/client/index.ts';

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8'));
export const examplePages =
  document.paths['/api/user/artists'].get.responses['200'].content['application/json'].examples;
export const exampleFailures = document.components.examples;

export const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });

/** What a failure of this name is answered with, by the service or by the gateway. */
export const failed = (name: string, status: number, headers: Record<string, string> = {}) =>
  json(exampleFailures[name].value, { status, headers });

/** A client whose requests are answered by these replies, in order; an error is thrown as `fetch` throws. */
export function aClient(replies: (Response | Error)[], options: Partial<ClientOptions> = {}) {
  const requests: Request[] = [];
  const fetch = async (request: Request) => {
    requests.push(request);
    request.signal.throwIfAborted();
    const reply = replies.shift() ?? json({}, { status: 500 });
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { api: createClient({ baseUrl: 'http://api.test', token: 'a-token', fetch, ...options }), requests };
}

export const sent = (requests: readonly Request[], header: string) =>
  requests.map(({ headers }) => headers.get(header));
