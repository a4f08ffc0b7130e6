import { describe, expect, test } from 'vitest';
import { ArtistsApiError, dataOf, failureOf } from '../../../shared/client/index.ts';
import { aClient, exampleFailures, examplePages, failed, json } from './a-client.ts';

const replyTo = (response: Response) => aClient([response]).api.GET('/api/user/artists');

describe('a failure', () => {
  test('of the service is what the service says, with its status', async () => {
    const { error } = exampleFailures.SPOTIFY_TOKEN_REVOKED.value;
    expect(failureOf(await replyTo(failed('SPOTIFY_TOKEN_REVOKED', 409)))).toEqual({
      ...error,
      status: 409,
      retryAfterSeconds: undefined,
    });
  });

  test.each([
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [413, 'CONTENT_TOO_LARGE'],
    [429, 'TOO_MANY_REQUESTS'],
    [500, 'INTERNAL'],
    [503, 'SERVICE_UNAVAILABLE'],
  ])('of the gateway with %i is %s', async (status, code) => {
    const failure = failureOf(await replyTo(failed(`GATEWAY_${status}`, status)));
    expect(failure).toEqual({ code, status, retryAfterSeconds: undefined });
  });

  test('of anything in between is unexpected, whatever its body', async () => {
    const page = new Response('<html>Bad gateway</html>', { status: 502 });
    expect(failureOf(await replyTo(page))).toMatchObject({ code: 'UNEXPECTED', status: 502 });
  });
});

test('what succeeded is no failure, nor is a page that did not change', async () => {
  expect(failureOf(await replyTo(json(examplePages.fresh.value)))).toBeUndefined();
  expect(failureOf(await replyTo(new Response(null, { status: 304 })))).toBeUndefined();
});

test('a reply can be taken as its data, or thrown as its failure', async () => {
  expect(dataOf(await replyTo(json(examplePages.fresh.value))).cache_status).toBe('fresh');
  const thrown = await replyTo(failed('COMPUTING', 503, { 'retry-after': '5' }))
    .then(dataOf)
    .catch((error) => error);
  expect(thrown).toBeInstanceOf(ArtistsApiError);
  expect(thrown).toMatchObject({
    name: 'ArtistsApiError',
    message: exampleFailures.COMPUTING.value.error.message,
    failure: { code: 'COMPUTING', status: 503, retryAfterSeconds: 5 },
  });
});
