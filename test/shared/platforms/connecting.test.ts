import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AuthorizationFailed,
  InvalidState,
  PlatformRevoked,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import { createCompleteConnection } from '../../../shared/platforms/complete-connection.ts';
import { createDisconnect } from '../../../shared/platforms/connecting.ts';
import { requireKnownPlatform } from '../../../shared/platforms/connection.ts';
import { awsFault } from '../../support/aws.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../../support/dynalite.ts';
import { aCall, askAtOnce, aUser, type Service, startService } from '../../support/service.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

/** A user who has consented on the platform's page and is on the way back. */
async function onTheWayBack(account = aUser()) {
  const service = await startService(dynamoDb);
  const user = aUser();
  const begun = await service.connect(user, service.clock.nowMs());
  const back = await service.consent(begun.authorizationUrl, account);
  const complete = (by = user, what = back) =>
    service.completeConnection(by, what, service.clock.nowMs(), askAtOnce);
  return { ...service, user, account, begun, back, complete };
}

describe('beginning', () => {
  test('asks for consent in the name of the application, for ten minutes', async () => {
    const { begun, clock } = await onTheWayBack();
    const url = new URL(begun.authorizationUrl);
    expect(url.searchParams.get('client_id')).toBe('our-client');
    expect(url.searchParams.get('state')).toBe(begun.state);
    expect(begun.state).toMatch(/^[\w-]{43}$/);
    expect(begun.expiresAtMs).toBe(clock.nowMs() + 600_000);
  });

  test('leaves neither the state nor anything to complete it with in the table', async () => {
    const { begun } = await onTheWayBack();
    const { Items } = await dynamoDb.db.send(new ScanCommand({ TableName: TABLES.account }));
    expect(JSON.stringify(Items)).not.toContain(begun.state);
  });

  test('a platform that there is none of is unknown', () => {
    expect(requireKnownPlatform('spotify')).toBe('spotify');
    expect(() => requireKnownPlatform('Spotify')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_PLATFORM' }),
    );
  });
});

describe('completing', () => {
  test('stores the account, the scopes, and the token sealed', async () => {
    const { complete, connections, user, clock, back } = await onTheWayBack();
    expect(await complete()).toEqual({ connectedAtMs: clock.nowMs() });
    expect(await connections.read(user)).toMatchObject({
      status: 'connected',
      accountId: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
      authorizedAtMs: clock.nowMs(),
      scopes: expect.arrayContaining(['user-top-read', 'user-follow-read']),
    });
    const { Items } = await dynamoDb.db.send(new ScanCommand({ TableName: TABLES.account }));
    expect(JSON.stringify(Items)).not.toContain(back.code);
    expect(JSON.stringify(Items)).not.toMatch(/"AQ[\w-]{50}/);
  });

  test('forgets the list on both sides of storing the connection', async () => {
    const service = await onTheWayBack();
    const seen: boolean[] = [];
    const complete = createCompleteConnection({
      ...service,
      forgetList: async (userId) => {
        seen.push((await service.connections.read(userId)) !== undefined);
      },
    });
    await complete(service.user, service.back, service.clock.nowMs(), askAtOnce);
    expect(seen).toEqual([false, true]);
  });

  test('a state is good once', async () => {
    const { complete } = await onTheWayBack();
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => complete()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(InvalidState);
    }
  });

  test("another user's state is not usable, and stays good for its own", async () => {
    const { complete } = await onTheWayBack();
    await expect(complete(aUser())).rejects.toBeInstanceOf(InvalidState);
    await expect(complete()).resolves.toBeDefined();
  });

  test('a state ends after ten minutes by the clock, though DynamoDB still has it', async () => {
    const late = await onTheWayBack();
    late.clock.advance(600_000);
    await expect(late.complete()).rejects.toBeInstanceOf(InvalidState);
    const inTime = await onTheWayBack();
    inTime.clock.advance(600_000 - 1);
    await expect(inTime.complete()).resolves.toBeDefined();
  });

  test('a state that never was is none', async () => {
    const { complete, back } = await onTheWayBack();
    await expect(complete(undefined, { ...back, state: 'made-up' })).rejects.toBeInstanceOf(InvalidState);
  });

  test('a code that Spotify refuses is a refused authorization, and nothing is stored or forgotten', async () => {
    const { complete, back, connections, user, forgotten } = await onTheWayBack();
    await expect(complete(undefined, { ...back, code: 'AQ-made-up' })).rejects.toBeInstanceOf(
      AuthorizationFailed,
    );
    expect(await connections.read(user)).toBeUndefined();
    expect(forgotten).toEqual([]);
  });

  test('a consent to less than we asked for is not stored', async () => {
    const service = await startService(dynamoDb);
    const user = aUser();
    const { authorizationUrl } = await service.connect(user, service.clock.nowMs());
    const url = new URL(authorizationUrl);
    url.searchParams.set('scope', 'user-top-read user-follow-read user-library-read');
    const back = await service.consent(url.href, 'demo');
    await expect(
      service.completeConnection(user, back, service.clock.nowMs(), askAtOnce),
    ).rejects.toBeInstanceOf(PlatformScopeMissing);
    expect(await service.connections.read(user)).toBeUndefined();
  });

  test('Spotify being down keeps the old connection and the old list', async () => {
    const { complete, accounts, account, forgotten } = await onTheWayBack();
    accounts.set(account, { mode: 'down' });
    await expect(complete()).rejects.toBeInstanceOf(PlatformUnavailable);
    expect(forgotten).toEqual([]);
  });

  test('KMS being down keeps them too', async () => {
    const { complete, aws, forgotten } = await onTheWayBack();
    aws.failWith(awsFault('KMSInternalException', 500));
    // The credentials were read when the connection was begun.
    await expect(complete()).rejects.toBeInstanceOf(StorageUnavailable);
    expect(forgotten).toEqual([]);
  });

  test('a reconnection takes the place of the connection, with its own date of consent', async () => {
    const service = await startService(dynamoDb);
    const user = aUser();
    await service.connectUser(user);
    const before = await service.connections.read(user);
    service.clock.advance(86_400_000);
    await service.connectUser(user, 'another-account');
    const after = await service.connections.read(user);
    expect(after?.accountId).not.toBe(before?.accountId);
    expect(after?.authorizedAtMs).toBe(service.clock.nowMs());
  });
});

describe('disconnecting', () => {
  async function connected() {
    const service = await startService(dynamoDb);
    const user = aUser();
    await service.connectUser(user);
    service.forgotten.length = 0;
    return { ...service, user };
  }

  /** Everything in the account table that names the user. */
  async function traces(user: string) {
    const { Items = [] } = await dynamoDb.db.send(new ScanCommand({ TableName: TABLES.account }));
    return Items.filter((item) => JSON.stringify(item).includes(user));
  }

  test('leaves nothing of the user in the account table, and forgets the list', async () => {
    const { disconnect, user, forgotten } = await connected();
    await disconnect(user);
    expect(await traces(user)).toEqual([]);
    expect(forgotten).toEqual([user]);
  });

  test('is idempotent, also for a user who was never connected', async () => {
    const { disconnect, user } = await connected();
    await disconnect(user);
    await disconnect(user);
    await disconnect(aUser());
  });

  test("keeps the user's own choice of artists", async () => {
    const { disconnect, selectionStore, user } = await connected();
    await selectionStore.set(user, '70kkdajctXSbqSMJbQO424', true);
    await disconnect(user);
    expect((await selectionStore.read(user)).selected).toEqual(new Set(['70kkdajctXSbqSMJbQO424']));
  });

  test('deletes the connection before the list, so that no computation can begin in between', async () => {
    const service = await connected();
    const order: boolean[] = [];
    const disconnect = createDisconnect({
      ...service,
      forgetList: async (user) => {
        order.push((await service.connections.read(user)) === undefined);
      },
    });
    await disconnect(service.user);
    expect(order).toEqual([true]);
  });

  test('that failed half-way is completed by asking again', async () => {
    const service = await connected();
    let failures = 1;
    const forgotten: string[] = [];
    const disconnect = createDisconnect({
      ...service,
      forgetList: async (user) => {
        if (failures-- > 0) throw new StorageUnavailable('for a moment');
        forgotten.push(user);
      },
    });
    await expect(disconnect(service.user)).rejects.toBeInstanceOf(StorageUnavailable);
    await disconnect(service.user);
    expect(forgotten).toEqual([service.user]);
    expect(await traces(service.user)).toEqual([]);
  });

  test('ends a connection that completes at the same time, whichever comes first', async () => {
    for (let i = 0; i < 10; i += 1) {
      const service: Service & { user: string } = await connected();
      const { authorizationUrl } = await service.connect(service.user, service.clock.nowMs());
      const back = await service.consent(authorizationUrl, service.user);
      await Promise.allSettled([
        service.completeConnection(service.user, back, service.clock.nowMs(), askAtOnce),
        service.disconnect(service.user),
      ]);
      expect(await traces(service.user)).toEqual([]);
    }
  });
});

test('a sealed token copied into the item of another user is a defect, not an access', async () => {
  const service = await startService(dynamoDb);
  const [alice, bob] = [aUser(), aUser()];
  await service.connectUser(alice);
  const { accountId, scopes, clientId, authorizedAtMs, dataKey, refreshTokens } =
    (await service.connections.read(alice)) ?? {};
  const stolen = { accountId, scopes, clientId, authorizedAtMs, dataKey, refreshToken: refreshTokens?.[0] };
  await service.connections.connect(bob, stolen as Parameters<typeof service.connections.connect>[1]);
  await expect(service.refreshAccess(bob, aCall())).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('a user whose consent was revoked and confirmed is let in again by consenting', async () => {
  const service = await startService(dynamoDb);
  const user = aUser();
  await service.connectUser(user);
  service.accounts.set(user, { mode: 'expired' });
  await expect(service.refreshAccess(user, aCall())).rejects.toBeInstanceOf(PlatformRevoked);
  service.clock.advance(600_000);
  await expect(service.refreshAccess(user, aCall())).rejects.toBeInstanceOf(PlatformRevoked);
  await service.connectUser(user);
  await expect(service.refreshAccess(user, aCall())).resolves.toBeDefined();
});
