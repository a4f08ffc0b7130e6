import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type Listening, readBody, serve } from '../../infra/local/http.ts';
import type { Endpoints } from '../../infra/local/services.ts';

/** A call of a function, as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `cut`: the connection breaks. `silent`: no reply, until the caller has had enough. */
export type Answer = WireReply | 'cut' | 'silent';

/** Decides what a call is answered with. `pass` lets it through and gives the reply; it may be called late, or never. */
export type Deal = (request: WireRequest, pass: () => Promise<WireReply>) => Promise<Answer> | Answer;

/** What stands between the functions and each of the services that they call; without one the way is straight. */
export interface Deals {
  readonly dynamodb?: Deal;
  /** KMS, Secrets Manager, CloudWatch and Lambda. */
  readonly aws?: Deal;
  readonly spotify?: Deal;
}

const SERVICES: Readonly<Record<string, keyof Deals>> = {
  AWS_ENDPOINT_URL_DYNAMODB: 'dynamodb',
  AWS_ENDPOINT_URL_KMS: 'aws',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'aws',
  AWS_ENDPOINT_URL_LAMBDA: 'aws',
  AWS_ENDPOINT_URL_CLOUDWATCH: 'aws',
  SPOTIFY_ACCOUNTS_URL: 'spotify',
  SPOTIFY_API_URL: 'spotify',
};

/** For `startLocalStack({ detour })`. To be closed after the stack. */
export function createDetour(deals: Deals) {
  const ways = new Map<string, Promise<Listening>>();

  async function wayTo(target: string, deal: Deal): Promise<string> {
    const way = ways.get(target) ?? serveWay(target, deal);
    ways.set(target, way);
    return (await way).url;
  }

  return {
    async detour(endpoints: Endpoints): Promise<Endpoints> {
      const led = Object.entries(endpoints).map(async ([variable, url]) => {
        const deal = deals[SERVICES[variable] ?? 'aws'];
        return [variable, deal ? await wayTo(url, deal) : url] as const;
      });
      return Object.fromEntries(await Promise.all(led));
    },
    async close(): Promise<void> {
      await Promise.all([...ways.values()].map(async (way) => (await way).close()));
    },
  };
}

/** An address that leads to `target`, past `deal`. */
export async function serveWay(target: string, deal: Deal): Promise<Listening> {
  const agent = new Agent({ keepAlive: true });
  const listening = await serve(async (incoming, response) => {
    const request = await readRequest(incoming);
    const answer = await answerOf(() => deal(request, () => forward(target, request, agent)));
    if (answer === 'silent' || response.destroyed) return;
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const { 'transfer-encoding': _chunked, connection: _connection, ...headers } = answer.headers;
    response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length });
    response.end(answer.body);
  });
  return {
    ...listening,
    async close() {
      await listening.close();
      agent.destroy();
    },
  };
}

/** What cannot be reached behind us cannot be reached. */
async function answerOf(deal: () => Promise<Answer> | Answer): Promise<Answer> {
  try {
    return await deal();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return 'cut';
  }
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const { method = 'GET', url: path = '/', headers } = incoming;
  return { method, path, headers, body: await readBody(incoming) };
}

function forward(target: string, { method, path, headers, body }: WireRequest, agent: Agent) {
  const { host: _host, ...rest } = headers;
  return new Promise<WireReply>((resolve, reject) => {
    const options = { method, headers: { ...rest, 'content-length': body.length }, agent };
    const upstream = httpRequest(new URL(path, target), options, (reply) => {
      readBody(reply).then(
        (text) => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: text }),
        reject,
      );
    });
    upstream.on('error', reject);
    upstream.end(body);
  });
}
