import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsError } from '../aws/aws-error.ts';
import { type Listening, readBody, serve } from '../http.ts';
import { dynamodbAccess } from '../iam/dynamodb-access.ts';
import type { Guard } from '../iam/guard.ts';
import { askingForCapacity, consumedIn } from '../record/consumed.ts';
import { environmentIn } from '../record/environment-path.ts';
import type { Witness } from '../record/request-record.ts';
import type { TableSpec } from '../template/tables.ts';

interface FrontOptions {
  /** The DynamoDB behind it, embedded or not. */
  readonly target: string;
  readonly tables: readonly TableSpec[];
  readonly guard: Guard;
  /** Told of what each call consumes, and of whose it is. */
  readonly witness?: Witness | undefined;
}

/**
 * The DynamoDB of the functions: the one behind it, entered only with the permission of the function's role. People,
 * tests and the local stack itself reach the one behind it by its own port.
 */
export async function serveDynamodbFront({
  target,
  tables,
  guard,
  witness,
}: FrontOptions): Promise<Listening> {
  const agent = new Agent({ keepAlive: true });
  const listening = await serve(async (request, response) => {
    const body = await readBody(request);
    try {
      checkAccess(request, body);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return refuse(response, error);
    }
    const { environmentId, path } = environmentIn(request.url);
    if (!witness || environmentId === undefined) return forward(request, body, response);
    const operation = operationOf(request);
    forward(
      { method: request.method, headers: request.headers, url: path },
      askingForCapacity(body),
      response,
      (reply) => {
        for (const consumed of consumedIn(operation, reply)) witness.consumed(environmentId, consumed);
      },
    );
  });

  function checkAccess({ headers }: IncomingMessage, body: Buffer): void {
    const caller = guard.callerOf(headers);
    if (caller === undefined) return;
    guard.check(caller, dynamodbAccess(operationOf({ headers }), JSON.parse(body.toString('utf8')), tables));
  }

  function forward(
    { method, headers, url }: Forwarded,
    body: Buffer,
    response: ServerResponse,
    onReply?: (reply: Buffer) => void,
  ): void {
    const { host: _host, ...rest } = headers;
    const options = { method, headers: { ...rest, 'content-length': body.length }, agent };
    const upstream = httpRequest(new URL(url ?? '/', target), options, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
      if (!onReply) return;
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => onReply(Buffer.concat(chunks)));
    });
    // A DynamoDB that cannot be reached is a connection that breaks, as it would be without anything in between.
    upstream.on('error', () => response.destroy());
    response.on('close', () => response.writableFinished || upstream.destroy());
    upstream.end(body);
  }

  return {
    ...listening,
    async close() {
      await listening.close();
      agent.destroy();
    },
  };
}

type Forwarded = Pick<IncomingMessage, 'method' | 'headers' | 'url'>;

const operationOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string =>
  String(headers['x-amz-target']).split('.')[1] ?? '';

function refuse(response: ServerResponse, { code, message, status }: AwsError): void {
  const type = { 'content-type': 'application/x-amz-json-1.0' };
  response.writeHead(status, type);
  response.end(JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message }));
}
