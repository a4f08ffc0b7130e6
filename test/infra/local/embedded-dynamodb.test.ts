import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedDynamodb } from '../../../infra/local/dynamodb/embedded.ts';

/* Functions are killed while they write: that must cost their request, not the whole local stack. */

const thrown = vi.fn();
process.on('uncaughtException', thrown);
afterEach(() => thrown.mockReset());

const CALL = JSON.stringify({
  TableName: 'letters',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
});

function requestOf(operation: string, body: string, length = body.length): string {
  return [
    'POST / HTTP/1.1',
    'host: localhost',
    'content-type: application/x-amz-json-1.0',
    `x-amz-target: DynamoDB_20120810.${operation}`,
    'authorization: AWS4-HMAC-SHA256 Credential=a/b/c/dynamodb/aws4_request, Signature=c, SignedHeaders=host',
    'x-amz-date: 20261122T120000Z',
    `content-length: ${length}`,
    '',
    body,
  ].join('\r\n');
}

async function send(url: string, text: string): Promise<ReturnType<typeof connect>> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  return socket;
}

const replied = (socket: ReturnType<typeof connect>) =>
  new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));

/** What was left behind has had its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) await new Promise(setImmediate);
}

describe('the embedded DynamoDB', () => {
  it('outlives who dies in the middle of a request', async () => {
    const dynamodb = await startEmbeddedDynamodb(0, undefined);
    const dying = await send(dynamodb.url, requestOf('ListTables', '{', 100));
    dying.destroy();
    const after = await send(dynamodb.url, requestOf('ListTables', '{}'));
    expect(await replied(after)).toMatch(/^HTTP\/1.1 200/);
    after.destroy();
    await dynamodb.close();
    expect(thrown).not.toHaveBeenCalled();
  });

  it('brings to its end what has begun, before it closes', async () => {
    const dynamodb = await startEmbeddedDynamodb(0, undefined);
    const creating = await send(dynamodb.url, requestOf('CreateTable', CALL));
    await replied(creating);
    const letter = requestOf('PutItem', JSON.stringify({ TableName: 'letters', Item: { id: { S: 'one' } } }));
    const writers = await Promise.all(Array.from({ length: 100 }, () => send(dynamodb.url, letter)));
    // One has its reply; the others, of the same item, wait for each other.
    await Promise.race(writers.map(replied));
    for (const writer of writers) writer.destroy();
    await dynamodb.close();
    await settled();
    creating.destroy();
    expect(thrown).not.toHaveBeenCalled();
  });
});
