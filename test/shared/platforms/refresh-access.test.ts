import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isDefect,
  PlatformNotConnected,
  PlatformRevoked,
  PlatformUnavailable,
} from '../../../shared/errors.ts';
import { createRefreshAccess } from '../../../shared/platforms/refresh-access.ts';
import { awsFault } from '../../support/aws.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { aCall, aUser, type Service, startService } from '../../support/service.ts';

const MINUTE = 60_000;

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

/** A connected user of the stand-in. */
async function connectedUser() {
  const service = await startService(dynamoDb);
  const user = aUser();
  await service.connectUser(user);
  service.accounts.set(user, { mode: 'ok' });
  service.accounts.reset();
  return { ...service, user, tokenCalls: () => service.accounts.get(user).calls.token };
}

const stored = async ({ connections, user }: Service & { user: string }) => {
  const connection = await connections.read(user);
  return connection && { status: connection.status, tokens: connection.refreshTokens.length };
};

describe('a connected user', () => {
  test('gets an access token by one refresh, and nothing is written', async () => {
    const service = await connectedUser();
    const before = await service.connections.read(service.user);
    const access = await service.refreshAccess(service.user, aCall());
    expect(access.accessToken).toMatch(/^BQ/);
    expect(service.tokenCalls()).toBe(1);
    expect(await service.connections.read(service.user)).toEqual(before);
  });

  test('gets another one when Spotify refuses it, without asking KMS again', async () => {
    const service = await connectedUser();
    const access = await service.refreshAccess(service.user, aCall());
    const kmsCalls = service.aws.calls.length;
    expect(await access.renew()).not.toBe(access.accessToken);
    expect(service.aws.calls).toHaveLength(kmsCalls);
  });

  test('without a connection calls nothing', async () => {
    const service = await startService(dynamoDb);
    await expect(service.refreshAccess(aUser(), aCall())).rejects.toBeInstanceOf(PlatformNotConnected);
    expect(service.aws.calls).toEqual([]);
  });

  test.each(['KMS', 'our secret'])('keeps no other refresh waiting while %s is slow', async (what) => {
    const service = await connectedUser();
    const { user, vault, tokenEndpoint, clock } = service;
    const answered = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const slowly = async <T>(work: () => Promise<T>) => {
      asked.resolve();
      await answered.promise;
      return work();
    };
    const openKey: typeof vault.openKey = (...args) => slowly(() => vault.openKey(...args));
    const prepare = () => slowly(() => tokenEndpoint.prepare());
    const slow = createRefreshAccess({
      ...service,
      ...(what === 'KMS'
        ? { vault: { ...vault, openKey } }
        : { tokenEndpoint: { ...tokenEndpoint, prepare } }),
    });
    const first = slow(user, aCall());
    await asked.promise;
    const beganAtMs = clock.nowMs();
    await service.refreshAccess(user, aCall());
    expect(clock.nowMs()).toBe(beganAtMs);
    answered.resolve();
    await expect(first).resolves.toBeDefined();
  });

  test('whose credentials are slow in a turn calls nothing that could outlast it', async () => {
    const service = await connectedUser();
    const { tokenEndpoint, clock, user } = service;
    let begun = 0;
    const refresh: typeof tokenEndpoint.refresh = async (_, call) => {
      clock.advance(5_000);
      call.mayBegin?.();
      begun += 1;
      throw new PlatformUnavailable('too late');
    };
    const late = createRefreshAccess({ ...service, tokenEndpoint: { ...tokenEndpoint, refresh } });
    await expect(late(user, aCall())).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(begun).toBe(0);
  });

  test('of whom storage tells late in a turn calls nothing that could outlast it', async () => {
    const service = await connectedUser();
    let reads = 0;
    const connections: typeof service.connections = {
      ...service.connections,
      read: async (userId) => {
        // The second look is the one in the turn.
        reads += 1;
        if (reads === 2) service.clock.advance(5_000);
        return service.connections.read(userId);
      },
      takeRefresh: async (userId, holder, ...rest) => {
        const taken = await service.connections.takeRefresh(userId, holder, ...rest);
        // Meanwhile another has it.
        return reads < 2 ? taken : undefined;
      },
    };
    const late = createRefreshAccess({ ...service, connections });
    await expect(late(service.user, aCall())).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(service.tokenCalls()).toBe(0);
  });

  test('of another application of ours is a defect, not a revocation, and calls nothing', async () => {
    const service = await connectedUser();
    const before = await service.connections.read(service.user);
    expect(before).toHaveProperty('clientId', 'our-client');
    const refreshAccess = createRefreshAccess({ ...service, clientId: 'our-next-client' });
    const failure: unknown = await refreshAccess(service.user, aCall()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SPOTIFY_UNAVAILABLE', cause: { reason: 'other_application' } });
    expect(isDefect(failure)).toBe(true);
    expect(await service.connections.read(service.user)).toEqual(before);
    expect(service.tokenCalls()).toBe(0);
    await service.connectUser(service.user);
    await expect(service.refreshAccess(service.user, aCall())).resolves.toBeDefined();
  });

  test('whose connection does not say by which application it came is one of ours', async () => {
    const service = await connectedUser();
    const connections: typeof service.connections = {
      ...service.connections,
      read: async (userId) => {
        const connection = await service.connections.read(userId);
        return connection && { ...connection, clientId: undefined };
      },
    };
    const refreshAccess = createRefreshAccess({ ...service, connections });
    await expect(refreshAccess(service.user, aCall())).resolves.toBeDefined();
  });

  test('waits no longer once the deadline is over', async () => {
    const service = await connectedUser();
    const reason = new Error('no time left');
    const call = { ...aCall(), signal: AbortSignal.abort(reason) };
    await expect(service.refreshAccess(service.user, call)).rejects.toBe(reason);
    expect(service.tokenCalls()).toBe(0);
  });

  test('fails with the storage when KMS cannot be reached', async () => {
    const service = await connectedUser();
    service.aws.failWith(awsFault('KMSInternalException', 500));
    await expect(service.refreshAccess(service.user, aCall())).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    expect(service.tokenCalls()).toBe(0);
  });
});

describe('a revoked consent', () => {
  test('is noticed at the first refusal, and the tokens are kept', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    const call = aCall();
    await expect(service.refreshAccess(service.user, call)).rejects.toBeInstanceOf(PlatformRevoked);
    expect(await stored(service)).toEqual({ status: 'revoked', tokens: 1 });
    expect(call.usage).toMatchObject({ calls: 1, revocations: 1 });
  });

  test('costs no further call for ten minutes, whatever asks', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    service.clock.advance(10 * MINUTE - 1);
    const asked = Array.from({ length: 20 }, () => service.refreshAccess(service.user, aCall()));
    for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason).toBeInstanceOf(PlatformRevoked);
    }
    expect(service.tokenCalls()).toBe(1);
  });

  test('is confirmed by one attempt after ten minutes, which erases the tokens', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    service.clock.advance(10 * MINUTE);
    const asked = Array.from({ length: 20 }, () => service.refreshAccess(service.user, aCall()));
    for (const { reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(PlatformRevoked);
    }
    expect(service.tokenCalls()).toBe(2);
    expect(await stored(service)).toEqual({ status: 'revoked', tokens: 0 });
    expect(await service.connections.read(service.user)).not.toHaveProperty('dataKey');
  });

  test('once confirmed costs no call ever again, not even of KMS', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    service.clock.advance(10 * MINUTE);
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    const kmsCalls = service.aws.calls.length;
    service.clock.advance(30 * 24 * 60 * MINUTE);
    await expect(service.refreshAccess(service.user, aCall())).rejects.toBeInstanceOf(PlatformRevoked);
    expect(service.tokenCalls()).toBe(2);
    expect(service.aws.calls).toHaveLength(kmsCalls);
  });

  test('that was none, as in the outage of 2022, is found alive by the same attempt', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    service.accounts.set(service.user, { mode: 'ok' });
    service.clock.advance(10 * MINUTE);
    await expect(service.refreshAccess(service.user, aCall())).resolves.toBeDefined();
    expect(await stored(service)).toEqual({ status: 'connected', tokens: 1 });
    const connection = await service.connections.read(service.user);
    expect(connection).not.toHaveProperty('revokedAtMs');
    expect(connection).not.toHaveProperty('confirmAtMs');
  });

  test('stays unconfirmed while Spotify is down: the attempt in doubt is repeated ten minutes later', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    service.accounts.set(service.user, { mode: 'down' });
    service.clock.advance(10 * MINUTE);
    await expect(service.refreshAccess(service.user, aCall())).rejects.toBeInstanceOf(PlatformUnavailable);
    await expect(service.refreshAccess(service.user, aCall())).rejects.toBeInstanceOf(PlatformRevoked);
    expect(await stored(service)).toEqual({ status: 'revoked', tokens: 1 });
    service.clock.advance(10 * MINUTE);
    service.accounts.set(service.user, { mode: 'ok' });
    await expect(service.refreshAccess(service.user, aCall())).resolves.toBeDefined();
    expect(service.tokenCalls()).toBe(3);
  });

  test('is over with a new consent', async () => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode: 'revoked' });
    await service.refreshAccess(service.user, aCall()).catch(() => undefined);
    await service.connectUser(service.user);
    await expect(service.refreshAccess(service.user, aCall())).resolves.toBeDefined();
    expect(await stored(service)).toEqual({ status: 'connected', tokens: 1 });
  });
});

describe('an outage that calls every consent revoked', () => {
  /** Users who were all refused, and then waited for their confirmation. */
  async function refusedUsers() {
    const service = await startService(dynamoDb);
    const users = Array.from({ length: 10 }, () => aUser());
    for (const user of users) await service.connectUser(user);
    service.accounts.reset();
    for (const user of users) service.accounts.set(user, { mode: 'revoked' });
    const askAll = () => Promise.allSettled(users.map((user) => service.refreshAccess(user, aCall())));
    await askAll();
    service.clock.advance(10 * MINUTE);
    const calls = () => users.reduce((sum, user) => sum + service.accounts.get(user).calls.token, 0);
    const statuses = async () =>
      Promise.all(users.map(async (user) => (await stored({ ...service, user }))?.tokens));
    return { ...service, users, askAll, calls, statuses };
  }

  test('erases nothing, however long it lasts, and is asked about by one user a minute', async () => {
    const { askAll, calls, statuses, clock, users } = await refusedUsers();
    expect(calls()).toBe(10);
    for (let minute = 0; minute < 5; minute += 1) {
      await askAll();
      clock.advance(MINUTE);
    }
    expect(calls()).toBe(15);
    expect(await statuses()).toEqual(users.map(() => 1));
  });

  test('is over for all with the first consent that is found alive', async () => {
    const { askAll, accounts, statuses, users, clock } = await refusedUsers();
    for (const user of users) accounts.set(user, { mode: 'ok' });
    await askAll();
    clock.advance(11_000);
    const outcomes = await askAll();
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await statuses()).toEqual(users.map(() => 1));
  });
});

test.each(['down', 'html502', 'malformed'])(
  'Spotify being %s says nothing about the consent',
  async (mode) => {
    const service = await connectedUser();
    service.accounts.set(service.user, { mode });
    for (let hour = 0; hour < 3; hour += 1) {
      await expect(service.refreshAccess(service.user, aCall())).rejects.toBeInstanceOf(PlatformUnavailable);
      service.clock.advance(60 * MINUTE);
    }
    expect(await stored(service)).toEqual({ status: 'connected', tokens: 1 });
    // One call for each attempt: the bound of an outage is set by what attempts.
    expect(service.tokenCalls()).toBe(3);
  },
);
