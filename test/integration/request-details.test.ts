import { expect, inject, test } from 'vitest';
import { aConnectedUser, aUser } from '../support/a-user.ts';
import { http } from '../support/http-client.ts';

const stack = inject('stack');

const recordOf = (requestId: string | null) =>
  http('GET', `${stack.apiUrl}/_local/requests?id=${encodeURIComponent(requestId ?? '')}`);
const entryOf = async (user: string) =>
  (await http('GET', `${stack.apiUrl}/_local/entry?user=${encodeURIComponent(user)}`)).json;

test('of a request is known what its function called and consumed; of a hit that it was one read', async () => {
  const user = await aConnectedUser(stack);
  const computed = await user.artists();
  const hit = await user.artists('?page=1');

  const first = (await recordOf(computed.headers.get('apigw-requestid'))).json;
  expect(first.function).toMatch(/get-artists$/);
  expect(first.spotify.map(({ url }: { url: string }) => new URL(url).pathname)).toContain('/v1/me/tracks');
  expect(first.spotify.every(({ status }: { status: number }) => status === 200)).toBe(true);
  expect(first.write_units).toBeGreaterThan(2);
  expect(first.usd_per_million).toBeCloseTo(first.read_units * 0.125 + first.write_units * 0.625);

  const second = (await recordOf(hit.headers.get('apigw-requestid'))).json;
  expect(second.dynamodb).toEqual([
    {
      operation: 'GetItem',
      table: expect.stringMatching(/cache$/),
      read_units: expect.any(Number),
      write_units: 0,
    },
  ]);
  expect(second.spotify).toEqual([]);
  expect(second.log.join('\n')).toContain('REPORT RequestId');
});

test('no token is in it, however Spotify is asked', async () => {
  const user = await aConnectedUser(stack);
  const { headers } = await user.artists();
  expect((await recordOf(headers.get('apigw-requestid'))).text).not.toMatch(/Bearer|access_token|\bBQ|\bAQ/);
});

test('of a request that reached no function nothing is known', async () => {
  const refused = await http('GET', `${stack.apiUrl}/api/user/artists`);
  expect(await recordOf(refused.headers.get('apigw-requestid'))).toMatchObject({
    status: 404,
    json: { error: { code: 'NOT_FOUND' } },
  });
  expect((await http('GET', `${stack.apiUrl}/_local/requests`)).status).toBe(400);
});

test('what is stored of a list can be looked into, as can what is left of it', async () => {
  const user = await aConnectedUser(stack, { artists: 137 });
  await user.artists();
  await user.age(3600);

  const { key, entry } = await entryOf(user.id);
  expect(key).toBe(`user_artists:${user.id}`);
  expect(entry).toMatchObject({ kind: 'list', fence: expect.any(String), parts: 0 });
  expect(entry.age_seconds).toBeGreaterThanOrEqual(3600);
  expect(entry.expires_in_seconds).toBeLessThanOrEqual(5 * 3600);
  expect(entry.chunk_bytes.length).toBeGreaterThan(1);
  const named = Object.fromEntries(entry.attributes.map((one: { name: string }) => [one.name, one]));
  expect(named.total.value).toBe(137);
  expect(named.all_artists).toEqual({ name: 'all_artists', bytes: expect.any(Number) });
  expect(entry.read_units).toBe(Math.ceil(entry.bytes / 4096));

  await user.disconnect();
  expect((await entryOf(user.id)).entry).toMatchObject({ kind: 'fence', age_seconds: null, chunk_bytes: [] });
});

test('of a user who was never here nothing is stored', async () => {
  const { id } = await aUser(stack);
  expect(await entryOf(id)).toMatchObject({ entry: null, computation: null });
});
