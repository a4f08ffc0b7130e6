import { Agent, request } from 'node:http';
import { gunzipSync } from 'node:zlib';

interface RawRequest {
  readonly method: string;
  /** Path and query, sent as they are. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | undefined;
}

/** Sends what `fetch` would tidy up or refuse. Replies are read to their end and decoded. */
export function createSender(baseUrl: string) {
  // More at once would only be more execution environments to start.
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const { hostname, port } = new URL(baseUrl);

  function send({ method, target, headers, body }: RawRequest) {
    return new Promise<{ status: number; headers: Headers; body: string }>((resolve, reject) => {
      // Node leaves it out for methods that have no body as a rule: what follows would read as the next request.
      const length = body && { 'content-length': String(body.length) };
      const options = { agent, hostname, port, method, path: target, headers: { ...headers, ...length } };
      const sent = request(options, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const decoded =
            reply.headers['content-encoding'] === 'gzip' && bytes.length > 0 ? gunzipSync(bytes) : bytes;
          resolve({
            status: reply.statusCode ?? 0,
            headers: headersOf(reply.rawHeaders),
            body: decoded.toString('utf8'),
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  return { send, close: () => agent.destroy() };
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i < raw.length; i += 2) headers.append(raw[i] as string, raw[i + 1] as string);
  return headers;
}
