import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { aConnectedUser, aToken, aUser, H3, H6, type StackUrls } from '../../support/a-user.ts';
import { type AwsCall, awsCallOf, type Fate, meet } from '../../support/aws-fates.ts';
import { createDetour } from '../../support/detour.ts';
import { http } from '../../support/http-client.ts';

/* Numbers can only be compared where nothing else counts: a stack of its own. */

let stack: LocalStack;
let urls: StackUrls;
let bearer: Record<string, string>;
const calls: AwsCall[] = [];
let ofCloudWatch: Fate = 'pass';
const way = createDetour({
  dynamodb(request, pass) {
    calls.push(awsCallOf(request));
    return pass();
  },
  aws(request, pass) {
    const call = awsCallOf(request);
    calls.push(call);
    return meet(call.operation === 'GetMetricData' ? ofCloudWatch : 'pass', pass);
  },
});
beforeAll(async () => {
  stack = await startLocalStack({ detour: way.detour });
  urls = { apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' };
  const token = await aToken(urls, { user: 'operator', scope: 'cache:stats' });
  bearer = { authorization: `Bearer ${token}` };
});
afterAll(async () => {
  await stack?.close();
  await way.close();
  // CloudWatch passes over what it cannot read, and says nothing.
  expect(stack?.malformedMetrics()).toEqual([]);
});

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

  const day = await stats();
  expect(day).toMatchObject({ hits: 30, misses: 2, stale: 1, fallback_revoked: 1, errors: 1 });
  expect(day.requests).toBe(35);
  expect(day.errors_by_code).toEqual({ PLATFORM_NOT_CONNECTED: 1 });
  expect(day.latency_ms.hit.p50).toBeLessThanOrEqual(day.latency_ms.hit.p99);
  expect(day.latency_ms.computation.p99).toBeGreaterThan(0);
  expect(Date.now() - Date.parse(day.as_of)).toBeLessThan(5_000);
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
  expect(await sweep()).toEqual({ deleted: 0, entries: 0, stale_entries: 0 });
  expect(await stats()).toMatchObject({ requests: 35, entries: 0, stale_entries: 0, bytes: 0 });
});

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

it('writes one record of metrics for each request, and no user into any', async () => {
  const user = await aConnectedUser(urls);
  await user.artists();
  await user.artists();
  const lines = (await logsOf('get-artists')).filter((line) => line.includes('CloudWatchMetrics'));
  const records = lines.map((line) => JSON.parse(line));
  expect(records.at(-1)).toMatchObject({ Hits: 1 });
  expect(records.at(-2)).toMatchObject({ Misses: 1, SpotifyCalls: expect.any(Number), stage: 'dev' });
  expect(lines.join()).not.toContain(user.id);
});

it('asks AWS for one thing at a hit, and for nothing more when the instance is thawed', async () => {
  const user = await aConnectedUser(urls);
  await user.artists();
  calls.length = 0;
  for (let hit = 0; hit < 20; hit++) expect((await user.artists()).json.data.cached).toBe(true);
  // A form that is refused thaws the instance without asking the cache: what it still had to do, it would do now.
  for (let turn = 0; turn < 5; turn++) expect((await user.artists('?limit=0')).status).toBe(400);
  expect(calls.map(({ operation, attempt }) => [operation, attempt])).toEqual(
    Array.from({ length: 20 }, () => ['GetItem', 1]),
  );
});

it('has an error below 500 in the log once, with its code and without its user', async () => {
  const stranger = await aUser(urls);
  expect((await stranger.artists()).status).toBe(409);
  const lines = (await logsOf('get-artists')).filter((line) => line.includes('request refused'));
  const found = lines.map((line) => JSON.parse(line)).filter(({ code }) => code === 'PLATFORM_NOT_CONNECTED');
  expect(found.at(-1)).toMatchObject({ level: 'INFO', requestId: expect.any(String) });
  expect(lines.join()).not.toContain(stranger.id);
});

it.each<Fate>(['fail', 'cut', 'throttle'])(
  'says when to ask again while CloudWatch does not answer, and lists are served as ever: %s',
  async (fate) => {
    const user = await aConnectedUser(urls);
    await user.artists();
    ofCloudWatch = fate;
    const reply = await http('GET', `${stack.apiUrl}/api/cache/stats`, { headers: bearer });
    expect(reply.status).toBe(503);
    expect(reply.json.error.code).toBe('STORAGE_UNAVAILABLE');
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await user.artists()).json.cache_status).toBe('fresh');
    ofCloudWatch = 'pass';
    expect((await stats()).hits).toBeGreaterThan(0);
  },
);

async function logsOf(name: string): Promise<string[]> {
  const spec = stack.model.functions.find((known) => known.name.endsWith(`-${name}`));
  return stack.lambda.logs(spec?.name ?? '');
}
