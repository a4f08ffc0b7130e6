import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { onTestFinished } from 'vitest';
import { type ReceivedRequest, startScripted } from './scripted-server.ts';

/**
 * What befalls a request on its way:
 * - `pass`: nothing
 * - `lose-request`: it never arrives, the connection is cut
 * - `lose-reply`: it takes effect, the connection is cut
 * - `delay`: the connection is cut, and it arrives when `deliver` is called
 * - `hang`: no reply, ever
 */
export type Fate = 'pass' | 'lose-request' | 'lose-reply' | 'delay' | 'hang';

/** A way to DynamoDB on which requests meet their fates, one after the other; then all pass. */
export async function aFaultyWay(endpoint: string, { maxAttempts = 3 } = {}) {
  const fates: Fate[] = [];
  const delayed: ReceivedRequest[] = [];
  const { url, requests } = await startScripted(async (request) => {
    const fate = fates.shift() ?? 'pass';
    if (fate === 'hang') return new Promise(() => undefined);
    if (fate === 'delay') delayed.push(request);
    if (fate === 'delay' || fate === 'lose-request') return 'cut';
    const reply = await forward(endpoint, request);
    return fate === 'lose-reply' ? 'cut' : reply;
  });
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  });
  onTestFinished(() => client.destroy());
  return {
    db: DynamoDBDocumentClient.from(client),
    requests,
    /** What befalls the next requests. */
    next: (...coming: Fate[]) => void fates.push(...coming),
    /** Lets what was delayed arrive. */
    deliver: () => Promise.all(delayed.splice(0).map((request) => forward(endpoint, request))),
  };
}

async function forward(endpoint: string, { method, path, headers, body }: ReceivedRequest) {
  const passed = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'];
  const named = passed.map((name) => [name, String(headers[name])]);
  const reply = await fetch(endpoint + path, { method, headers: Object.fromEntries(named), body });
  return {
    status: reply.status,
    headers: { 'content-type': reply.headers.get('content-type') ?? '' },
    body: await reply.text(),
  };
}
