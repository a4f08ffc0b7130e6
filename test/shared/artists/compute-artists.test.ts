import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createComputeArtists } from '../../../shared/artists/compute-artists.ts';
import { createSyncPlays } from '../../../shared/artists/sync-plays.ts';
import type { ComputationJob } from '../../../shared/cache/computation.ts';
import type { CacheEvent, Observe } from '../../../shared/cache/events.ts';
import { PlatformRateLimited, PlatformUnavailable, StorageUnavailable } from '../../../shared/errors.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { aCall, aUser, startService } from '../../support/service.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const aJob = (userId: string, observe: Observe = () => undefined): ComputationJob => ({
  userId,
  signal: new AbortController().signal,
  without: [],
  observe,
});

async function connectedUser() {
  const service = await startService(dynamoDb);
  const user = aUser();
  await service.connectUser(user);
  service.accounts.reset();
  const computeArtists = createComputeArtists(service);
  return {
    ...service,
    user,
    sync: () => createSyncPlays(service)(user, service.clock.nowMs(), (work) => work(aCall())),
    compute: (observe?: Observe) => computeArtists(aJob(user, observe)),
  };
}

describe('a computation', () => {
  test.each(['ok', 'down'])(
    'is not over before what could not be stored is settled: Spotify is %s',
    async (mode) => {
      const { user, ...service } = await connectedUser();
      const told: string[] = [];
      const computeArtists = createComputeArtists({
        ...service,
        refreshAccess: async (userId, call) => ({
          ...(await service.refreshAccess(userId, call)),
          settle: async () => {
            await new Promise(setImmediate);
            told.push('settled');
          },
        }),
        webApi:
          mode === 'ok'
            ? service.webApi
            : { open: () => ({ get: () => Promise.reject(new Error('down')) }) as never },
      });
      await computeArtists(aJob(user)).catch(() => undefined);
      expect(told).toEqual(['settled']);
    },
  );

  test('gives every artist, the best first, ties by id', async () => {
    const { compute } = await connectedUser();
    const { artists } = await compute();
    expect(artists).toHaveLength(137);
    for (const [i, artist] of artists.entries()) {
      const next = artists[i + 1];
      if (next)
        expect([artist.score > next.score, artist.score === next.score && artist.id < next.id]).toContain(
          true,
        );
    }
    // One artist in twelve has no image.
    const pictured = artists.find(({ image_url }) => image_url !== null);
    expect(pictured).toEqual({
      id: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
      name: expect.any(String),
      image_url: expect.stringContaining('https://i.scdn.co/image/'),
      url: `https://open.spotify.com/artist/${pictured?.id}`,
      genres: [],
      score: expect.any(Number),
      selected: false,
      platform: 'spotify',
    });
  });

  test('of the same account at the same time gives the same list', async () => {
    const { compute } = await connectedUser();
    expect(await compute()).toEqual(await compute());
  });

  test('takes at most 12 calls for an ordinary account, and counts each', async () => {
    const { compute, accounts, user } = await connectedUser();
    const heard: CacheEvent[] = [];
    await compute((event) => heard.push(event));
    expect(accounts.get(user).total).toBeLessThanOrEqual(12);
    const usage = { calls: accounts.get(user).total, failures: 0, rateLimited: 0, revocations: 0 };
    expect(heard).toMatchObject([{ name: 'platform-asked', usage }]);
  });

  test('knows what the user selected', async () => {
    const { compute, selectionStore, user } = await connectedUser();
    const wanted = (await compute()).artists[5]?.id ?? '';
    await selectionStore.set(user, wanted, true);
    const { artists } = await compute();
    expect(artists.filter(({ selected }) => selected).map(({ id }) => id)).toEqual([wanted]);
  });

  test('takes in the plays that were synced, and they fade', async () => {
    const { compute, sync, accounts, user, clock } = await connectedUser();
    const last = (await compute()).artists.at(-1);
    accounts.addPlays(user, { count: 30, artist_id: last?.id });
    await sync();
    const scoreOfLast = async () => (await compute()).artists.find(({ id }) => id === last?.id)?.score ?? 0;
    const now = await scoreOfLast();
    expect(now).toBeGreaterThan((last?.score ?? 0) + 5);
    clock.advance(28 * 86_400_000);
    expect(await scoreOfLast()).toBeLessThan(now);
  });

  test('says from when on the consent should be renewed', async () => {
    const { compute } = await connectedUser();
    const { reauthorizeSoonFromMs } = await compute();
    expect(new Date(reauthorizeSoonFromMs).toISOString()).toBe('2027-04-22T12:00:00.000Z');
  });

  test.each(['down', 'html502', 'malformed', 'forbidden', 'unauthorized'])(
    'gives nothing when Spotify is %s',
    async (mode) => {
      const { compute, accounts, user, connections } = await connectedUser();
      accounts.set(user, { mode });
      await expect(compute()).rejects.toBeInstanceOf(PlatformUnavailable);
      expect(await connections.read(user)).toHaveProperty('status', 'connected');
    },
  );

  test('under a quota says for how long no call may be made', async () => {
    const { compute, accounts, user } = await connectedUser();
    accounts.set(user, { mode: 'quota' });
    await expect(compute()).rejects.toMatchObject({
      constructor: PlatformRateLimited,
      retryAfterSeconds: 48_925,
    });
  });

  test('that cannot read the selection gives nothing, and stops asking Spotify', async () => {
    const service = await connectedUser();
    const broken = { ...service.selectionStore, read: () => Promise.reject(new StorageUnavailable('down')) };
    const signals: AbortSignal[] = [];
    const webApi: typeof service.webApi = {
      open: (session) => {
        signals.push(session.signal);
        return service.webApi.open(session);
      },
    };
    const computeArtists = createComputeArtists({ ...service, webApi, selectionStore: broken });
    await expect(computeArtists(aJob(service.user))).rejects.toBeInstanceOf(StorageUnavailable);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('of one user holds nothing of another, with many at once', async () => {
    const service = await startService(dynamoDb);
    const users = Array.from({ length: 12 }, aUser);
    for (const user of users) await service.connectUser(user);
    const computeArtists = createComputeArtists(service);
    const listOf = async (userId: string) => JSON.stringify((await computeArtists(aJob(userId))).artists);
    const together = await Promise.all(users.map(listOf));
    for (const [i, user] of users.entries()) expect(together[i]).toBe(await listOf(user));
    expect(new Set(together).size).toBe(users.length);
  });
});
