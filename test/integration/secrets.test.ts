import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../infra/local/http/server.ts';
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts';
import { aConnectedUser, aToken, aUser, H3, type StackUrls } from '../support/a-user.ts';
import { awsCallOf, keyOf } from '../support/aws-fates.ts';
import { createDetour, type Deal, serveWay } from '../support/detour.ts';
import { HOSTILE_REPLIES, hostileAwsError } from '../support/hostile-replies.ts';
import { http } from '../support/http-client.ts';
import { createSecretFinder } from '../support/secret-finder.ts';
import { learningKms, learningSpotify } from '../support/wire-secrets.ts';

/*
 * Every secret is learned where it passes: on the wire to Spotify and from KMS, in consents, in what users send. Then
 * all that the functions wrote, answered or stored is searched for each of them: whole or in pieces, plain or encoded.
 */

const finder = createSecretFinder();
const straight: Deal = (_request, pass) => pass();
/** How Spotify and AWS answer now. */
let world: { spotify: Deal; aws: Deal; dynamodb: Deal } = {
  spotify: straight,
  aws: straight,
  dynamodb: straight,
};
const way = createDetour({
  spotify: learningSpotify(finder, (request, pass) => world.spotify(request, pass)),
  aws: learningKms(finder, (request, pass) => world.aws(request, pass)),
  dynamodb: (request, pass) => world.dynamodb(request, pass),
});

const answered: { path: string; text: string }[] = [];
/** What users send is learned, what they are answered is kept. */
const wayToApi: Deal = async (request, pass) => {
  finder.learn('JWT', (request.headers.authorization ?? '').replace('Bearer ', ''));
  const reply = await pass();
  const body = reply.headers['content-encoding'] === 'gzip' ? gunzipSync(reply.body) : reply.body;
  if (!request.path.startsWith('/_local/'))
    answered.push({ path: request.path, text: `${JSON.stringify(reply.headers)} ${body.toString('utf8')}` });
  return reply;
};

let stack: LocalStack;
let api: Listening;
let urls: StackUrls;
beforeAll(async () => {
  stack = await startLocalStack({ detour: way.detour, retrySeconds: 1 });
  api = await serveWay(stack.apiUrl, wayToApi);
  urls = { apiUrl: api.url, spotifyUrl: stack.spotifyUrl ?? '' };
});
afterAll(async () => {
  await api?.close();
  await stack?.close();
  await way.close();
});

/** Does what `work` does in a world where some answers are other ones. */
async function inWorld<T>(other: Partial<typeof world>, work: () => Promise<T>): Promise<T> {
  const before = world;
  world = { ...before, ...other };
  try {
    return await work();
  } finally {
    world = before;
  }
}

/** A connected user with a list of three hours. */
async function withOldList(settings?: object) {
  const user = await aConnectedUser(urls, settings);
  await user.artists();
  await user.age(H3);
  return user;
}

async function consented() {
  const user = await aUser(urls);
  const consent = await user.consent();
  finder.learn('state', consent.state);
  finder.learn('authorization code', consent.code);
  return { user, consent };
}

/** Every way in which the functions ask Spotify: to have a list, to renew one, to sync, to connect. */
async function askEveryWay(trouble: Partial<typeof world>, settings: object = {}): Promise<number[]> {
  const [cold, old, syncing, { user, consent }] = await Promise.all([
    aConnectedUser(urls),
    withOldList(),
    aConnectedUser(urls),
    consented(),
  ]);
  await Promise.all([cold, old, syncing, user].map((each) => each.spotify(settings)));
  const replies = await inWorld(trouble, () =>
    Promise.all([cold.artists(), old.artists(), syncing.sync(), user.complete(consent)]),
  );
  await http('POST', `${stack.apiUrl}/_local/forget-cooldown`);
  return replies.map(({ status }) => status);
}

describe('secrets pass', () => {
  it('when all is well, tokens that rotate included', async () => {
    const user = await withOldList({ rotate: true });
    await user.artists();
    expect((await user.toggle('70kkdajctXSbqSMJbQO424', true)).status).toBe(200);
    expect((await user.artists()).json.data.cached).toBe(false);
    expect((await user.sync()).status).toBe(200);
    expect((await user.profile()).status).toBe(200);
    expect((await user.disconnect()).status).toBe(200);
    expect((await user.call('GET', '/api/user/nothing')).status).toBe(404);
    const { consent } = await consented();
    expect((await user.complete(consent)).status).toBe(400);
    expect((await user.complete({ ...consent, state: 'made-up' })).status).toBe(400);
  });

  it.each(Object.keys(HOSTILE_REPLIES))('when Spotify answers with %s', async (name) => {
    const hostile = HOSTILE_REPLIES[name] as (typeof HOSTILE_REPLIES)[string];
    const spotify: Deal = async (request, pass) => hostile(request, await pass());
    const [cold, old, sync, complete] = await askEveryWay({ spotify });
    expect([old, cold, sync, complete]).toEqual([
      200,
      expect.toSatisfy(isFailure),
      expect.toSatisfy(isFailure),
      expect.toSatisfy(isFailure),
    ]);
  });

  it.each(['revoked', 'expired', 'html502', 'malformed', 'forbidden', 'unauthorized', 'rate_limited'])(
    'when Spotify is %s',
    async (mode) => {
      expect((await askEveryWay({}, { mode, retry_after: 4 }))[1]).toBe(200);
    },
  );

  it.each([
    [400, 'InvalidCiphertextException'],
    [500, 'KMSInternalException'],
    [400, 'ThrottlingException'],
  ])('when KMS answers %i %s and quotes what it was sent', async (status, code) => {
    const aws: Deal = (request, pass) =>
      awsCallOf(request).service.startsWith('Trent') ? hostileAwsError(status, code, request) : pass();
    const [cold] = await askEveryWay({ aws });
    expect(cold).toBeGreaterThanOrEqual(500);
  });

  it('when the secret of our application is not what it should be', async () => {
    await stack.lambda.kill(nameOf('get-artists'));
    const user = await aConnectedUser(urls);
    const aws: Deal = async (_request, pass) => {
      const reply = await pass();
      const text = reply.body.toString('utf8').replace('client_secret', 'client-secret');
      return { ...reply, body: Buffer.from(text) };
    };
    expect((await inWorld({ aws }, () => user.artists())).status).toBe(500);
  });

  it.each([
    [400, 'ValidationException'],
    [400, 'AccessDeniedException'],
    [500, 'InternalServerError'],
  ])('when DynamoDB answers %i %s to every write and quotes it', async (status, code) => {
    const dynamodb: Deal = (request, pass) =>
      awsCallOf(request).operation === 'GetItem' ? pass() : hostileAwsError(status, code, request);
    const replies = await askEveryWay({ dynamodb });
    expect(replies.at(-1)).toBeGreaterThanOrEqual(500);
    const stranger = await aUser(urls);
    const begun = await inWorld({ dynamodb }, () =>
      stranger.call('POST', '/api/user/platforms/connect', { body: { platform_slug: 'spotify' } }),
    );
    expect(begun.status).toBeGreaterThanOrEqual(500);
  });

  it('when DynamoDB does not answer, a process is killed, another hands its computation over', async () => {
    const [waiting, dying, slow] = await Promise.all([
      aConnectedUser(urls),
      aConnectedUser(urls, { latency_ms: 300 }),
      withOldList(),
    ]);
    await slow.spotify({ latency_ms: 2_500 });
    const dynamodb: Deal = (request, pass) =>
      keyOf(awsCallOf(request)).includes(waiting.id) ? 'silent' : pass();
    await inWorld({ dynamodb }, async () => {
      const [sync, dead] = await Promise.all([waiting.sync(), killedHalfWay(dying)]);
      const handedOver = slow.artists();
      expect([sync.status, dead.status, (await handedOver).status]).toEqual([503, 500, 200]);
    });
    await slow.spotify({ latency_ms: 0 });
    const finished = async () => (await logsOf('refresh-artists')).some((line) => line.startsWith('REPORT'));
    await expect.poll(finished, { timeout: 10_000 }).toBe(true);
  });

  it('when a sign-in is refused, and when the sweep and the statistics run', async () => {
    const expired = await aToken(urls, { user: 'late', expires_in: -10 });
    const operator = await aToken(urls, { user: 'operator', scope: 'cache:stats' });
    const ask = (path: string, token: string) =>
      http('GET', api.url + path, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask('/api/user/profile', expired)).status).toBe(401);
    expect((await ask('/api/user/profile', `${operator}x`)).status).toBe(401);
    expect((await ask('/api/cache/stats', operator)).status).toBe(200);
    expect((await http('POST', `${api.url}/_local/sweep`)).status).toBe(200);
  });
});

const isFailure = (status: number) => status >= 400;

async function killedHalfWay(user: Awaited<ReturnType<typeof aUser>>) {
  const computing = user.artists();
  await expect.poll(() => user.spotifyCalls()).toBeGreaterThan(3);
  await stack.lambda.kill(nameOf('get-artists'));
  return computing;
}

const logsOf = (name: string) => stack.lambda.logs(nameOf(name));
const nameOf = (name: string) =>
  stack.model.functions.find((spec) => spec.name.endsWith(`-${name}`))?.name ?? '';

const KINDS = {
  'access token': 30,
  'refresh token': 30,
  'authorization code': 20,
  'client secret': 1,
  'data key': 30,
  verifier: 20,
  state: 20,
  JWT: 50,
};

describe('afterwards', () => {
  it.each(Object.entries(KINDS))('every %s was seen, %i of them at least', (kind, least) => {
    expect(finder.count(kind)).toBeGreaterThanOrEqual(least);
  });

  it('no function has written any of them', async () => {
    for (const { name } of stack.model.functions) {
      const lines = await stack.lambda.logs(name);
      expect(lines.length, name).toBeGreaterThan(0);
      expect(lines.filter((line) => finder.find(line).length > 0)).toEqual([]);
    }
  });

  it('no answer holds any, but the state for the one who began to connect', () => {
    const found = answered.flatMap(({ path, text }) => finder.find(text).map((kind) => `${kind} in ${path}`));
    expect(new Set(found)).toEqual(new Set(['state in /api/user/platforms/connect']));
  });

  it('no table holds any, but the verifiers of connections that were begun', async () => {
    const found = (await allItems()).flatMap(({ pk, text }) =>
      finder.find(text).map((kind) => `${kind} in ${pk}`),
    );
    expect(found.filter((place) => !/^verifier in oauth_state:/.test(place))).toEqual([]);
    expect((await allItems()).filter(({ text }) => text.includes('"refreshTokens"')).length).toBeGreaterThan(
      20,
    );
  });
});

/** Every item of every table as text, its binary values as they are. */
async function allItems(): Promise<{ pk: string; text: string }[]> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const db = new DynamoDBClient({ endpoint: stack.dynamodbUrl, region: 'us-east-1', credentials });
  const tables = stack.model.tables.map(async ({ name: TableName }) => {
    const { Items = [] } = await db.send(new ScanCommand({ TableName }));
    return Items.map((item) => ({
      pk: item.pk?.S ?? '',
      text: JSON.stringify(item, function (this: Record<string, unknown>, key, value) {
        const raw = this[key];
        return raw instanceof Uint8Array ? Buffer.from(raw).toString('latin1') : value;
      }),
    }));
  });
  const items = (await Promise.all(tables)).flat();
  db.destroy();
  return items;
}
