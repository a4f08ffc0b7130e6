import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { aConnectedUser, aToken, aUser, H3, H6, type StackUrls } from '../../support/a-user.ts';
import { http } from '../../support/http-client.ts';

/* Numbers can only be compared where nobody else counts: a stack of its own. */

let stack: LocalStack;
let urls: StackUrls;
let bearer: Record<string, string>;
beforeAll(async () => {
  stack = await startLocalStack();
  urls = { apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' };
  const token = await aToken(urls, { user: 'operator', scope: 'cache:stats' });
  bearer = { authorization: `Bearer ${token}` };
});
afterAll(() => stack?.close());

const stats = async (query = '', headers = {}) =>
  (await http('GET', `${stack.apiUrl}/api/cache/stats${query}`, { headers: { ...bearer, ...headers } })).json
    .data;
const sweep = async () => (await http('POST', `${stack.apiUrl}/_local/sweep`)).json;

it('tells the whole story of a few users, to the last request', async () => {
  const alice = await aConnectedUser(urls);
  const bob = await aConnectedUser(urls);
  const carol = await aUser(urls);

  await alice.artists();
  await bob.artists();
  await Promise.all(Array.from({ length: 30 }, (_, page) => alice.artists(`?page=${page % 10}`)));
  await carol.artists();
  expect((await alice.artists('?limit=0')).status).toBe(400);
  await bob.age(H3 + 1);
  await bob.spotify({ mode: 'down' });
  await bob.artists();
  await alice.toggle('70kkdajctXSbqSMJbQO424', true);
  await alice.spotify({ mode: 'revoked' });
  await alice.age(H3);
  await alice.artists();

  await vi.waitFor(async () => expect((await stats()).requests).toBe(35), { timeout: 10_000, interval: 100 });
  const day = await stats();
  expect(day).toMatchObject({ hits: 30, misses: 2, stale: 1, fallback_revoked: 1, errors: 1 });
  expect(day).toMatchObject({ entries: 2, stale_entries: 2, bytes: expect.any(Number) });
  expect(day.bytes).toBeGreaterThan(1_000);
  expect(day.spotify).toMatchObject({ computations: 2, revocations: 1 });
  expect(day.spotify.failures).toBeGreaterThan(0);
  expect(day.spotify.avg_computation_ms).toBeGreaterThan(0);
  expect(await stats('?window=7d')).toMatchObject({ requests: 35, hits: 30 });
  const { message } = day.recommendations.find(({ code }: { code: string }) => code === 'LOW_HIT_RATE');
  expect(message).toMatch(/des requêtes/);
  const english = await stats('', { 'accept-language': 'en' });
  expect(english.recommendations[0].message).toMatch(/requests/);

  // Aged by hand, swept, disconnected: the stock follows.
  expect(await sweep()).toEqual({ deleted: 0, entries: 2, stale_entries: 2 });
  await bob.age(H3);
  expect(await sweep()).toEqual({ deleted: 1, entries: 1, stale_entries: 1 });
  expect((await stats()).entries).toBe(1);
  await alice.disconnect();
  await vi.waitFor(async () => expect((await stats()).entries).toBe(0), { timeout: 10_000, interval: 100 });
  expect(await sweep()).toEqual({ deleted: 0, entries: 0, stale_entries: 0 });
  expect(await stats()).toMatchObject({ requests: 35, entries: 0, stale_entries: 0, bytes: 0 });
}, 60_000);

it('shows a list in the profile as it would be served, and null once it may not be', async () => {
  const user = await aConnectedUser(urls, { artists: 12 });
  expect((await user.profile()).json.data).toMatchObject({ user_id: user.id, artists: null });
  const { cached_at } = (await user.artists()).json.data;
  const artists = async () => (await user.profile()).json.data.artists;
  expect(await artists()).toEqual({ total: expect.any(Number), cached_at, cache_status: 'fresh' });
  const calls = await user.spotifyCalls();
  await user.age(H3);
  expect((await artists()).cache_status).toBe('stale');
  await user.spotify({ mode: 'revoked' });
  await user.artists();
  expect((await artists()).cache_status).toBe('fallback_revoked');
  expect((await user.profile()).json.data.platforms).toMatchObject([{ status: 'revoked' }]);
  await user.age(H6 - H3);
  expect(await artists()).toBeNull();
  expect(await user.spotifyCalls()).toBeLessThanOrEqual(calls + 2);
});

it('writes a record of metrics for each request, and no user into any', async () => {
  const user = await aConnectedUser(urls);
  await user.artists();
  await user.artists();
  const name = stack.model.functions.find(({ name }) => name.endsWith('get-artists'))?.name ?? '';
  const records = () =>
    vi.waitFor(async () => {
      const lines = (await stack.lambda.logs(name)).filter((line) => line.includes('CloudWatchMetrics'));
      const found = lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))));
      expect(found.at(-1)).toMatchObject({ Hits: 1 });
      return { lines, found };
    });
  const { lines, found } = await records();
  expect(found.at(-2)).toMatchObject({ Misses: 1, SpotifyCalls: expect.any(Number), stage: 'dev' });
  expect(lines.join()).not.toContain(user.id);
});
