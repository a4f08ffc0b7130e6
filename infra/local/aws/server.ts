import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listening, readBody, serve } from '../http.ts';
import { type AwsModel, invokeAccess, kmsAccess, metricsAccess, secretAccess } from '../iam/aws-access.ts';
import type { Guard } from '../iam/guard.ts';
import type { LambdaService } from '../lambda/service.ts';
import { AwsError } from './aws-error.ts';
import { invokedFunction, serveInvoke } from './lambda-invoke.ts';

type Operations = Readonly<Record<string, (input: never) => unknown>>;

type ServiceName = 'TrentService' | 'secretsmanager' | 'GraniteServiceVersion20100801';

interface AwsOptions {
  /** Who may call what of this. */
  readonly guard: Guard;
  readonly model: AwsModel;
  /** By the first part of `x-amz-target`. */
  readonly services: Readonly<Record<ServiceName, Operations>>;
  /** Undefined while it is being started. */
  lambda(): Pick<LambdaService, 'invoke' | 'invokeLater'> | undefined;
}

/** What the functions call of AWS beside DynamoDB, on the wire protocols of the SDK, all at one address. */
export function serveAws(options: AwsOptions): Promise<Listening> {
  return serve(async (request, response) => {
    const requestId = randomUUID();
    response.setHeader('x-amzn-requestid', requestId);
    try {
      const invoked = invokedFunction(request);
      if (invoked !== undefined) await serveLambda(options, invoked, request, response);
      else await serveJson(options, request, response);
    } catch (error) {
      sendError(request, response, error);
    }
  });
}

/** What IAM is asked for, by the first part of `x-amz-target`. */
const accesses = {
  TrentService: kmsAccess,
  secretsmanager: secretAccess,
  GraniteServiceVersion20100801: metricsAccess,
};

async function serveLambda(
  { guard, model, lambda }: AwsOptions,
  nameOrArn: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const caller = guard.callerOf(request.headers);
  if (caller !== undefined) guard.check(caller, [invokeAccess(nameOrArn, model)], 403);
  const functions = lambda();
  if (!functions) throw new AwsError('ServiceException', 'the local stack is starting', { status: 500 });
  await serveInvoke(functions, nameOrArn, request, response);
}

/** AWS JSON, 1.0 or 1.1 as the caller speaks it: the operation in a header, its input and output as JSON. */
async function serveJson(
  { services, guard, model }: AwsOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const caller = guard.callerOf(request.headers);
  const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
  const body = (await readBody(request)).toString('utf8');
  const name = service as keyof typeof accesses;
  const operations: Operations = Object.hasOwn(services, service) ? services[name] : {};
  const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (!run) {
    throw new AwsError('UnknownOperationException', `the local stack has no ${service}.${operation}`);
  }
  const input: unknown = JSON.parse(body || '{}');
  if (caller !== undefined) guard.check(caller, [accesses[name](operation, input, model)]);
  const text = JSON.stringify(await run(input as never));
  response.writeHead(200, { 'content-type': contentType(request) });
  response.end(text);
}

function contentType({ headers }: IncomingMessage): string {
  return `application/x-amz-json-${headers['content-type']?.endsWith('json-1.0') ? '1.0' : '1.1'}`;
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!(error instanceof AwsError)) console.error('local stack: unexpected error', error);
  const { code, message, status } =
    error instanceof AwsError ? error : new AwsError('InternalFailure', 'unexpected error', { status: 500 });
  response.writeHead(status, {
    'content-type': contentType(request),
    'x-amzn-errortype': code,
    // To those who knew the service before it spoke JSON, errors have their old names.
    ...(request.headers['x-amzn-query-mode'] === 'true'
      ? { 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` }
      : {}),
  });
  response.end(JSON.stringify({ __type: code, message, Message: message }));
}
