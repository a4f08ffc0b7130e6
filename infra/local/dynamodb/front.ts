import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsError } from '../aws/aws-error.ts';
import { type Listening, readBody, serve } from '../http.ts';
import { dynamodbAccess } from '../iam/dynamodb-access.ts';
import type { Guard } from '../iam/guard.ts';
import type { TableSpec } from '../template/tables.ts';

interface FrontOptions {
  /** The DynamoDB behind it, embedded or not. */
  readonly target: string;
  readonly tables: readonly TableSpec[];
  readonly guard: Guard;
}

/**
 * The DynamoDB of the functions: the one behind it, entered only with the permission of the function's role. People,
 * tests and the local stack itself reach the one behind it by its own port.
 */
export async function serveDynamodbFront({ target, tables, guard }: FrontOptions): Promise<Listening> {
  const agent = new Agent({ keepAlive: true });
  const listening = await serve(async (request, response) => {
    const body = await readBody(request);
    try {
      checkAccess(request, body);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return refuse(response, error);
    }
    forward(request, body, response);
  });

  function checkAccess({ headers }: IncomingMessage, body: Buffer): void {
    const caller = guard.callerOf(headers);
    if (caller === undefined) return;
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    guard.check(caller, dynamodbAccess(operation, JSON.parse(body.toString('utf8')), tables));
  }

  function forward(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { method, headers } = request;
    const { host: _host, ...rest } = headers;
    const options = { method, headers: { ...rest, 'content-length': body.length }, agent };
    const upstream = httpRequest(new URL(request.url ?? '/', target), options, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
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

function refuse(response: ServerResponse, { code, message, status }: AwsError): void {
  const type = { 'content-type': 'application/x-amz-json-1.0' };
  response.writeHead(status, type);
  response.end(JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message }));
}
