import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aConnectedUser, aToken, aUser, halfWay, type TestUser } from '../../support/a-user.ts';
import { awsCallOf, keyOf } from '../../support/aws-fates.ts';
import type { Deal } from '../../support/detour.ts';
import { HOSTILE_REPLIES, hostileAwsError } from '../../support/hostile-replies.ts';
import { http } from '../../support/http-client.ts';
import { allItems, type SecretWorld, startSecretWorld } from '../../support/secret-world.ts';

/*
 * First every secret passes every way, when all is well and when it is not; then all that the functions wrote, answered
 * or stored is searched for each of them: whole or in pieces, plain or encoded.
 */

let world: SecretWorld;
beforeAll(async () => {
  world = await startSecretWorld();
});
afterAll(() => world?.close());

const nameOf = (name: string) =>
  world.stack.model.functions.find((spec) => spec.name.endsWith(`-${name}`))?.name ?? '';
const isFailure = expect.toSatisfy((status: number) => status >= 400);

async function killedHalfWay(user: TestUser) {
  const { computing } = await halfWay(user);
  await world.stack.lambda.kill(nameOf('get-artists'));
  return computing;
}

describe('secrets pass', () => {
  it('when all is well, tokens that rotate included', async () => {
    const user = await world.withOldList({ rotate: true });
    await user.artists();
    expect((await user.toggle('70kkdajctXSbqSMJbQO424', true)).status).toBe(200);
    expect((await user.artists()).json.data.cached).toBe(false);
    expect((await user.sync()).status).toBe(200);
    expect((await user.profile()).status).toBe(200);
    expect((await user.disconnect()).status).toBe(200);
    expect((await user.call('GET', '/api/user/nothing')).status).toBe(404);
    const { consent } = await world.consented();
    expect((await user.complete(consent)).status).toBe(400);
    expect((await user.complete({ ...consent, state: 'made-up' })).status).toBe(400);
  });

  it.each(Object.keys(HOSTILE_REPLIES))('when Spotify answers with %s', async (name) => {
    const hostile = HOSTILE_REPLIES[name] as (typeof HOSTILE_REPLIES)[string];
    const spotify: Deal = async (request, pass) => hostile(request, await pass());
    expect(await world.askEveryWay({ spotify })).toEqual([isFailure, 200, isFailure, isFailure]);
  });

  it.each(['revoked', 'expired', 'html502', 'malformed', 'forbidden', 'unauthorized', 'rate_limited'])(
    'when Spotify is %s',
    async (mode) => {
      expect((await world.askEveryWay({}, { mode, retry_after: 4 }))[1]).toBe(200);
    },
  );

  it.each([
    [400, 'InvalidCiphertextException'],
    [500, 'KMSInternalException'],
    [400, 'ThrottlingException'],
  ])('when KMS answers %i %s and quotes what it was sent', async (status, code) => {
    const aws: Deal = (request, pass) =>
      awsCallOf(request).service.startsWith('Trent') ? hostileAwsError(status, code, request) : pass();
    const [cold] = await world.askEveryWay({ aws });
    expect(cold).toBeGreaterThanOrEqual(500);
  });

  it('when the secret of our application is not what it should be', async () => {
    await world.stack.lambda.kill(nameOf('get-artists'));
    const user = await aConnectedUser(world.urls);
    const aws: Deal = async (_request, pass) => {
      const reply = await pass();
      const text = reply.body.toString('utf8').replace('client_secret', 'client-secret');
      return { ...reply, body: Buffer.from(text) };
    };
    expect((await world.whileThey({ aws }, () => user.artists())).status).toBe(500);
  });

  it.each([
    [400, 'ValidationException'],
    [400, 'AccessDeniedException'],
    [500, 'InternalServerError'],
  ])('when DynamoDB answers %i %s to every write and quotes it', async (status, code) => {
    const dynamodb: Deal = (request, pass) =>
      awsCallOf(request).operation === 'GetItem' ? pass() : hostileAwsError(status, code, request);
    expect((await world.askEveryWay({ dynamodb }))[3]).toBeGreaterThanOrEqual(500);
    const stranger = await aUser(world.urls);
    const begin = () =>
      stranger.call('POST', '/api/user/platforms/connect', { body: { platform_slug: 'spotify' } });
    expect((await world.whileThey({ dynamodb }, begin)).status).toBeGreaterThanOrEqual(500);
  });

  it('when DynamoDB does not answer, a process is killed, another hands its computation over', async () => {
    const [waiting, dying, slow] = await Promise.all([
      aConnectedUser(world.urls),
      aConnectedUser(world.urls, { latency_ms: 300 }),
      world.withOldList(),
    ]);
    const dynamodb: Deal = (request, pass) =>
      keyOf(awsCallOf(request)).includes(waiting.id) ? 'silent' : pass();
    await slow.spotify({ latency_ms: 2_500 });
    const statuses = await world.whileThey({ dynamodb }, async () => {
      const unanswered = waiting.sync();
      const replies = [await killedHalfWay(dying), await slow.artists(), await unanswered];
      return replies.map(({ status }) => status);
    });
    expect(statuses).toEqual([500, 200, 503]);
    await slow.spotify({ latency_ms: 0 });
    const logs = () => world.stack.lambda.logs(nameOf('refresh-artists'));
    await expect.poll(async () => (await logs()).join()).toContain('REPORT');
  });

  it('when a sign-in is refused, and when the sweep and the statistics run', async () => {
    const { apiUrl } = world.urls;
    const expired = await aToken(world.urls, { user: 'late', expires_in: -10 });
    const operator = await aToken(world.urls, { user: 'operator', scope: 'cache:stats' });
    const ask = async (path: string, token: string) =>
      (await http('GET', apiUrl + path, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await ask('/api/user/profile', expired)).toBe(401);
    expect(await ask('/api/user/profile', `${operator}x`)).toBe(401);
    expect(await ask('/api/cache/stats', operator)).toBe(200);
    expect((await http('POST', `${apiUrl}/_local/sweep`)).status).toBe(200);
  });
});

describe('afterwards', () => {
  it.each([
    ['access token', 30],
    ['refresh token', 30],
    ['authorization code', 20],
    ['client secret', 1],
    ['data key', 30],
    ['verifier', 20],
    ['state', 20],
    ['JWT', 50],
  ])('each %s was seen on its way, %i of them at least', (kind, least) => {
    expect(world.finder.count(kind)).toBeGreaterThanOrEqual(least);
  });

  it('no function has written any of them, and each has written something', async () => {
    for (const { name } of world.stack.model.functions) {
      const lines = await world.stack.lambda.logs(name);
      expect(lines.length, name).toBeGreaterThan(0);
      expect(lines.filter((line) => world.finder.find(line).length > 0)).toEqual([]);
    }
  });

  it('no answer holds any, but the state for the one who began to connect', () => {
    const { answered, finder } = world;
    const found = answered.flatMap(({ path, text }) => finder.find(text).map((kind) => `${kind} in ${path}`));
    expect(new Set(found)).toEqual(new Set(['state in /api/user/platforms/connect']));
  });

  it('no table holds any, but the verifiers of connections that were begun', async () => {
    const items = await allItems(world.stack);
    const found = items.flatMap(({ pk, text }) => world.finder.find(text).map((kind) => `${kind} in ${pk}`));
    expect(found.filter((place) => !/^verifier in user:/.test(place))).toEqual([]);
    expect(items.filter(({ text }) => text.includes('"refreshTokens"')).length).toBeGreaterThan(20);
  });
});
