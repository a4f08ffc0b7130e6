import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http.ts';
import { FunctionNotFound, type LambdaService, PayloadTooLarge } from '../lambda/service.ts';
import { AwsError } from './aws-error.ts';

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations(?:\?.*)?$/;

/** The name or ARN of the function that a request invokes; undefined when it invokes none. */
export function invokedFunction({ method, url = '' }: IncomingMessage): string | undefined {
  const name = method === 'POST' ? INVOCATIONS.exec(url)?.[1] : undefined;
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** Lambda's Invoke: RequestResponse waits for the result, Event answers 202 and runs by itself, DryRun 204. */
export async function serveInvoke(
  lambda: Pick<LambdaService, 'invoke' | 'invokeLater'>,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const payload = (await readBody(request)).toString('utf8') || '{}';
  requireJson(payload);
  try {
    if (type === 'Event') {
      lambda.invokeLater(name, payload);
      response.writeHead(202, { 'content-length': 0 }).end();
    } else if (type === 'DryRun') {
      response.writeHead(204).end();
    } else {
      const outcome = await lambda.invoke(name, payload);
      sendJson(response, 200, JSON.parse(outcome.payload), {
        'x-amz-executed-version': '$LATEST',
        ...(outcome.kind === 'error' ? { 'x-amz-function-error': 'Unhandled' } : {}),
      });
    }
  } catch (error) {
    throw awsErrorOf(error);
  }
}

function requireJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (cause) {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json', { cause });
  }
}

function awsErrorOf(cause: unknown): unknown {
  if (cause instanceof FunctionNotFound) {
    return new AwsError('ResourceNotFoundException', cause.message, { status: 404, cause });
  }
  if (cause instanceof PayloadTooLarge) {
    return new AwsError('RequestTooLargeException', cause.message, { status: 413, cause });
  }
  return cause;
}
