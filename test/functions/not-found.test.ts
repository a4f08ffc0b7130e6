import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { handler } from '../../functions/not-found.ts';
import { aContext, anEvent } from '../support/api-event.ts';
import { requireReplyOfContract } from '../support/reply-contract.ts';

async function ask(method: string, path: string) {
  const reply = (await handler(anEvent({ method, path }), aContext())) as APIGatewayProxyStructuredResultV2;
  const { statusCode: status = 0, body = '' } = reply;
  const headers = new Headers(reply.headers as Record<string, string>);
  requireReplyOfContract({ method, path, status, headers, body });
  return { status, code: JSON.parse(body).error.code, allow: headers.get('allow') };
}

test.each([
  ['POST', '/api/user/artists', 'GET'],
  ['GET', '/api/user/artists/toggle', 'POST'],
  ['DELETE', '/api/cache/stats', 'GET'],
])('%s %s is told which method would do', async (method, path, allow) => {
  expect(await ask(method, path)).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED', allow });
});

test('HEAD is refused with the headers of a refusal and no body', async () => {
  const event = anEvent({ method: 'HEAD', path: '/api/user/artists' });
  const reply = (await handler(event, aContext())) as APIGatewayProxyStructuredResultV2;
  expect(reply).toMatchObject({ statusCode: 405, headers: { allow: 'GET' }, body: '' });
});

test.each(['/', '/api', '/api/user/artists/', '/API/user/artists', '/api/user/artists/toggle/x'])(
  '%s does not exist',
  async (path) => {
    expect(await ask('GET', path)).toEqual({ status: 404, code: 'NOT_FOUND', allow: null });
  },
);
