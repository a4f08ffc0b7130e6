import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/body.ts';
import { type Listening, serve } from '../http/server.ts';
import type { LambdaService } from '../lambda/service.ts';
import { AwsError } from './aws-error.ts';
import { isInvoke, serveInvoke } from './lambda-invoke.ts';

type Operations = Readonly<Record<string, (input: never) => unknown>>;

interface AwsOptions {
  /** By the first part of `x-amz-target`. */
  readonly services: Readonly<Record<'TrentService' | 'secretsmanager', Operations>>;
  /** Undefined while it is being started. */
  lambda(): Pick<LambdaService, 'invoke' | 'invokeLater'> | undefined;
}

/** What the functions call of AWS beside DynamoDB, on the wire protocols of the SDK, all at one address. */
export function serveAws({ services, lambda }: AwsOptions): Promise<Listening> {
  return serve(async (request, response) => {
    const requestId = randomUUID();
    response.setHeader('x-amzn-requestid', requestId);
    try {
      const functions = isInvoke(request) && lambda();
      if (functions) await serveInvoke(functions, request, response);
      else await serveJson(services, request, response);
    } catch (error) {
      sendError(response, error);
    }
  });
}

/** AWS JSON 1.1: the operation in a header, its input and output as JSON. */
async function serveJson(
  services: AwsOptions['services'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
  const body = (await readBody(request)).toString('utf8');
  const operations: Operations = Object.hasOwn(services, service)
    ? services[service as keyof AwsOptions['services']]
    : {};
  const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (!run) {
    throw new AwsError('UnknownOperationException', `the local stack has no ${service}.${operation}`);
  }
  const text = JSON.stringify(run(JSON.parse(body || '{}') as never));
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(text);
}

function sendError(response: ServerResponse, error: unknown): void {
  if (!(error instanceof AwsError)) console.error('local stack: unexpected error', error);
  const { code, message, status } =
    error instanceof AwsError ? error : new AwsError('InternalFailure', 'unexpected error', { status: 500 });
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ __type: code, message, Message: message }));
}
