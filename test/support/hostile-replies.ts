import type { Answer, WireReply, WireRequest } from './detour.ts';

type Hostile = (request: WireRequest, reply: WireReply) => Answer;

const reply = (
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): WireReply => ({
  status,
  headers: { 'content-type': type, ...headers },
  body: Buffer.from(text),
});
const json = (status: number, value: unknown) => reply(status, 'application/json', JSON.stringify(value));

/** Everything secret that came with a request. */
const secretsOf = ({ headers, body }: WireRequest) => `${headers.authorization} ${body.toString('utf8')}`;

/**
 * Upstreams that quote in their replies the secrets that they were sent, or were about to give, in every way that a
 * careless log or error message would pass on.
 */
export const HOSTILE_REPLIES: Readonly<Record<string, Hostile>> = {
  'an error description that quotes the token': (request) =>
    json(400, { error: 'invalid_grant', error_description: `${secretsOf(request)} revoked` }),
  'an error code that is the token': (request) => json(400, { error: secretsOf(request) }),
  'a refusal of the client that quotes its secret': (request) =>
    json(401, { error: 'invalid_client', error_description: secretsOf(request) }),
  'a 502 page that shows the request': (request) =>
    reply(502, 'text/html', `<html><h1>502</h1><pre>${secretsOf(request)}</pre></html>`),
  'a 403 in plain text that quotes the token': (request) => reply(403, 'text/plain', secretsOf(request)),
  'JSON that is cut off inside of the token': (_request, real) => ({
    ...real,
    body: real.body.subarray(0, Math.floor(real.body.length / 2)),
  }),
  'another shape with the tokens in it': (request, real) =>
    json(200, { access_token: [real.body.toString('utf8')], items: secretsOf(request), artists: 1 }),
  'JSON whose keys are the secrets': (request, real) =>
    json(200, { [secretsOf(request)]: 1, items: [{ [real.body.toString('utf8')]: {} }] }),
  'a redirect with the token in its address': (request) =>
    reply(302, 'text/plain', '', {
      location: `http://127.0.0.1:9/?${encodeURIComponent(secretsOf(request))}`,
    }),
  'a 503 with the token in its headers': (request) =>
    reply(503, 'text/plain', 'down', { 'retry-after': secretsOf(request).slice(0, 400), 'x-echo': 'yes' }),
  'a connection that breaks': () => 'cut',
};

/** AWS, quoting in an error what it was sent. */
export const hostileAwsError = (status: number, code: string, { body }: WireRequest): WireReply =>
  json(status, { __type: code, message: `cannot process ${body.toString('utf8')}` });
