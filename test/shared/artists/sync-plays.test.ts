import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_PLAYS } from '../../../shared/artists/plays.ts';
import { createSyncPlays } from '../../../shared/artists/sync-plays.ts';
import {
  PlatformNotConnected,
  PlatformRateLimited,
  PlatformScopeMissing,
  PlatformUnavailable,
} from '../../../shared/errors.ts';
import type { WebApi } from '../../../shared/spotify/web-api.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { askAtOnce, aUser, startService } from '../../support/service.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

async function connectedUser() {
  const service = await startService(dynamoDb);
  const user = aUser();
  await service.connectUser(user);
  service.accounts.reset();
  const syncWith = (parts: object) =>
    createSyncPlays({ ...service, ...parts })(user, service.clock.nowMs(), askAtOnce);
  return { ...service, user, syncWith, sync: () => syncWith({}) };
}

/** Fails as told, once it has a token. */
const failing = (error: Error): WebApi => ({
  open: ({ usage }) => ({ usage, spare: { left: 0 }, get: () => Promise.reject(error) }),
});

describe('a sync', () => {
  test('reads the plays once, and then what is new', async () => {
    const { sync, accounts, user, clock } = await connectedUser();
    expect(await sync()).toMatchObject({ newPlays: 30, syncedAtMs: clock.nowMs() });
    expect(await sync()).toMatchObject({ newPlays: 0, artistsUpdated: 0 });
    clock.advance(60_000);
    accounts.addPlays(user, { count: 3 });
    expect(await sync()).toMatchObject({ newPlays: 3 });
  });

  test('side by side with others counts no play twice, the first time and later', async () => {
    const { sync, playsStore, user, accounts, clock } = await connectedUser();
    const results = await Promise.all(Array.from({ length: 4 }, sync));
    expect(results.reduce((sum, { newPlays }) => sum + newPlays, 0)).toBe(30);
    clock.advance(60_000);
    accounts.addPlays(user, { count: 7 });
    const later = await Promise.all(Array.from({ length: 4 }, sync));
    expect(later.reduce((sum, { newPlays }) => sum + newPlays, 0)).toBe(7);
    const gathered = (await playsStore.read(user))?.plays.weights;
    await sync();
    expect((await playsStore.read(user))?.plays.weights).toEqual(gathered);
  });

  test('beside as many others as the pace allows is never told of an outage', async () => {
    const { sync, syncWith, playsStore } = await connectedUser();
    // Each time that it would store, another sync has: as often as there may be others.
    let others = 0;
    const contended = {
      ...playsStore,
      save: async (...args: Parameters<typeof playsStore.save>) => {
        others += 1;
        return others > 10 && playsStore.save(...args);
      },
    };
    expect(await syncWith({ playsStore: contended })).toMatchObject({ newPlays: 30 });
    const never = { ...playsStore, read: contended.read, save: async () => false };
    await sync();
    const hopeless = {
      ...never,
      read: async (user: string) => ({ ...(await playsStore.read(user)), plays: NO_PLAYS }),
    };
    await expect(syncWith({ playsStore: hopeless })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryAfterSeconds: 1,
    });
    // No pause follows: nothing is wrong with Spotify.
    expect(await sync()).toMatchObject({ newPlays: 0 });
  });

  test('calls Spotify once in 30 s while it is down', async () => {
    const { sync, accounts, user, clock } = await connectedUser();
    accounts.set(user, { mode: 'down' });
    for (let second = 0; second < 60; second += 1) {
      await expect(sync()).rejects.toBeInstanceOf(PlatformUnavailable);
      clock.advance(1_000);
    }
    expect(accounts.get(user).total).toBe(2);
    accounts.set(user, { mode: 'ok' });
    await expect(sync()).resolves.toBeDefined();
  });

  test('of a user without connection calls nothing', async () => {
    const service = await startService(dynamoDb);
    const sync = createSyncPlays(service)(aUser(), service.clock.nowMs(), askAtOnce);
    await expect(sync).rejects.toBeInstanceOf(PlatformNotConnected);
  });

  test('that a disconnection overtakes leaves no play behind', async () => {
    const service = await connectedUser();
    const playsStore = {
      ...service.playsStore,
      save: async (...args: Parameters<typeof service.playsStore.save>) => {
        await service.disconnect(service.user);
        return service.playsStore.save(...args);
      },
    };
    const sync = service.syncWith({ playsStore });
    await expect(sync).rejects.toBeInstanceOf(PlatformNotConnected);
    expect(await service.playsStore.read(service.user)).toBeUndefined();
  });

  test('that a reconnection overtakes adds nothing to the new connection', async () => {
    const service = await connectedUser();
    const playsStore = {
      ...service.playsStore,
      save: async (...args: Parameters<typeof service.playsStore.save>) => {
        await service.connectUser(service.user, 'another-account');
        return service.playsStore.save(...args);
      },
    };
    const sync = service.syncWith({ playsStore });
    await expect(sync).rejects.toBeInstanceOf(PlatformNotConnected);
    expect((await service.playsStore.read(service.user))?.plays.weights.size).toBe(0);
  });

  test('by a connection that took the place of the one it began with counts nothing', async () => {
    const service = await connectedUser();
    const { user, connectUser, playsStore } = service;
    const refreshAccess: typeof service.refreshAccess = async (userId, call) => {
      await connectUser(user, 'another-account');
      return service.refreshAccess(userId, call);
    };
    await expect(service.syncWith({ refreshAccess })).rejects.toBeInstanceOf(PlatformNotConnected);
    expect(service.accounts.get('another-account').calls.recent).toBe(0);
    expect((await playsStore.read(user))?.plays.weights.size).toBe(0);
  });

  test.each([true, false])(
    'is not over before what could not be stored is settled; it succeeds: %s',
    async (ok) => {
      const { syncWith, ...service } = await connectedUser();
      const told: string[] = [];
      const refreshAccess: typeof service.refreshAccess = async (userId, call) => ({
        ...(await service.refreshAccess(userId, call)),
        settle: async () => {
          await new Promise(setImmediate);
          told.push('settled');
        },
      });
      const webApi = ok ? service.webApi : failing(new PlatformUnavailable('502'));
      await syncWith({ refreshAccess, webApi }).catch(() => undefined);
      expect(told).toEqual(['settled']);
    },
  );

  test('starts anew for another account, and goes on for the same', async () => {
    const { sync, connectUser, playsStore, user } = await connectedUser();
    await sync();
    await connectUser(user);
    expect((await playsStore.read(user))?.plays.weights.size).toBeGreaterThan(0);
    expect(await sync()).toMatchObject({ newPlays: 0 });
    await connectUser(user, 'another-account');
    expect((await playsStore.read(user))?.plays.weights.size).toBe(0);
  });
});

describe('the syncs of a user', () => {
  const NOTHING_NEW = { newPlays: 0, artistsUpdated: 0 };

  test('call Spotify ten times at once, then once a minute; the others bring nothing new', async () => {
    const { sync, accounts, user, clock } = await connectedUser();
    for (let i = 0; i < 40; i += 1) await sync();
    expect(accounts.get(user).calls.recent).toBe(10);
    const before = accounts.get(user).total;
    expect(await sync()).toEqual({ ...NOTHING_NEW, syncedAtMs: clock.nowMs() });
    expect(accounts.get(user).total).toBe(before);
    for (let minute = 0; minute < 3; minute += 1) {
      clock.advance(60_000);
      for (let i = 0; i < 5; i += 1) await sync();
    }
    expect(accounts.get(user).calls.recent).toBe(13);
  });

  test('count each, also those that come at the same moment', async () => {
    const { sync, accounts, user } = await connectedUser();
    await Promise.all(Array.from({ length: 25 }, sync));
    expect(accounts.get(user).calls.recent).toBe(10);
  });

  test('are bounded for each user alone, and as ever after an hour', async () => {
    const { sync, syncWith, accounts, user, clock, ...service } = await connectedUser();
    for (let i = 0; i < 12; i += 1) await sync();
    const other = aUser();
    await service.connectUser(other);
    const syncOther = createSyncPlays({ ...service, clock });
    expect(await syncOther(other, clock.nowMs(), askAtOnce)).toMatchObject({ newPlays: 30 });
    clock.advance(3_600_000);
    for (let i = 0; i < 12; i += 1) await sync();
    expect(accounts.get(user).calls.recent).toBe(20);
  });

  test('tell a user without connection so, however many there were', async () => {
    const { sync, disconnect, user } = await connectedUser();
    for (let i = 0; i < 12; i += 1) await sync();
    await disconnect(user);
    await expect(sync()).rejects.toBeInstanceOf(PlatformNotConnected);
  });
});

describe('a sync that failed', () => {
  test.each([
    ['by a missing scope', new PlatformScopeMissing('403'), 600],
    ['by a 503 that says how long', new PlatformUnavailable('503', { retryAfterSeconds: 90 }), 90],
    ['by an outage', new PlatformUnavailable('502', { retryAfterSeconds: 1 }), 30],
    ['by a limit that is over at once', new PlatformRateLimited('429', { retryAfterSeconds: 1 }), 30],
    ['by a long limit', new PlatformRateLimited('429', { retryAfterSeconds: 120 }), 120],
  ])('%s is repeated when that may have changed, and says the same until then', async (_, error, seconds) => {
    const { syncWith, accounts, user, clock } = await connectedUser();
    const sync = () => syncWith({ webApi: failing(error) });
    const told = error instanceof PlatformScopeMissing ? {} : { retryAfterSeconds: seconds };
    await expect(sync()).rejects.toMatchObject({ code: error.code, cause: error, ...told });
    for (let i = 0; i < 12; i += 1) await expect(sync()).rejects.toMatchObject({ code: error.code });
    clock.advance(seconds * 1000 - 1);
    await expect(sync()).rejects.toMatchObject({ code: error.code });
    expect(accounts.get(user).calls.token).toBe(1);
    clock.advance(1);
    await expect(sync()).rejects.toMatchObject({ cause: error });
    expect(accounts.get(user).calls.token).toBe(2);
  });

  test('waits from the answer on, not from the question', async () => {
    const { syncWith, clock } = await connectedUser();
    const error = new PlatformUnavailable('503', { retryAfterSeconds: 60 });
    const get = async () => {
      clock.advance(8_000);
      throw error;
    };
    const sync = () => syncWith({ webApi: { open: () => ({ get }) as never } });
    await expect(sync()).rejects.toMatchObject({ cause: error });
    await expect(sync()).rejects.toMatchObject({ retryAfterSeconds: 60 });
  });

  test('by a ban of the application waits for its end alone', async () => {
    const { user, clock, sync, ...service } = await connectedUser();
    const banned = new PlatformRateLimited('the platform limits our calls', { retryAfterSeconds: 2 });
    const syncPlays = createSyncPlays({ ...service, clock });
    await expect(syncPlays(user, clock.nowMs(), () => Promise.reject(banned))).rejects.toBe(banned);
    clock.advance(2_000);
    expect(await sync()).toMatchObject({ newPlays: 30 });
  });

  test('by a missing scope is tried again at once after a new consent', async () => {
    const { sync, syncWith, connectUser, user } = await connectedUser();
    const webApi = failing(new PlatformScopeMissing('403'));
    await expect(syncWith({ webApi })).rejects.toBeInstanceOf(PlatformScopeMissing);
    await connectUser(user);
    expect(await sync()).toMatchObject({ newPlays: 30 });
  });
});
