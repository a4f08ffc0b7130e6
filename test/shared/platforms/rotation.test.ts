import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PlatformNotConnected,
  PlatformRevoked,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import type { ConnectionStore } from '../../../shared/platforms/connection-store.ts';
import { createRefreshAccess } from '../../../shared/platforms/refresh-access.ts';
import { createTokenKeeper } from '../../../shared/platforms/token-keeper.ts';
import type { TokenVault } from '../../../shared/platforms/token-vault.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { aStorm } from '../../support/a-storm.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { memoryConnections } from '../../support/memory-connections.ts';
import { aCall, aUser, startService } from '../../support/service.ts';
import { aRotatingProvider } from '../../support/token-provider.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

type Provider = ReturnType<typeof aRotatingProvider>;

/** A user whose tokens come from `provider`, stored where the service stores them. */
async function userOf(
  provider: Provider,
  wrap: (connections: ConnectionStore) => ConnectionStore = (c) => c,
) {
  const service = await startService(dynamoDb);
  const user = aUser();
  await connect(service, user, provider);
  const refreshAccess = createRefreshAccess({
    connections: wrap(service.connections),
    vault: service.vault,
    tokenEndpoint: provider.endpoint,
    storm: service.storm,
    clientId: 'us',
    clock: service.clock,
  });
  return { ...service, user, refreshAccess, refresh: () => refreshAccess(user, aCall()) };
}

async function connect(
  { connections, vault }: { connections: ConnectionStore; vault: TokenVault },
  user: string,
  provider: Provider,
) {
  const key = await vault.newKey(user);
  await connections.connect(user, {
    accountId: 'account',
    scopes: [],
    clientId: 'us',
    authorizedAtMs: NOON,
    dataKey: key.sealed,
    refreshToken: key.seal(provider.issue()),
  });
}

const plainKey = {
  sealed: new Uint8Array([1]),
  seal: (token: string) => new Uint8Array(Buffer.from(token)),
  open: (sealed: Uint8Array) => Buffer.from(sealed).toString(),
};
const plainVault = { newKey: async () => plainKey, openKey: async () => plainKey };

/** The same without a network, so that a scheduler decides the order of everything. */
async function memoryUser(provider: Provider, scheduled: <T>(work: Promise<T>) => Promise<T>) {
  const clock = aClock();
  const user = 'alice';
  const connections = memoryConnections();
  await connect({ connections, vault: plainVault }, user, provider);
  const slowly = Object.fromEntries(
    Object.entries(connections).map(([name, act]) => [
      name,
      async (...args: never[]) => {
        await scheduled(Promise.resolve());
        return (act as (...all: never[]) => Promise<unknown>)(...args);
      },
    ]),
  ) as unknown as ConnectionStore;
  const refreshAccess = createRefreshAccess({
    connections: slowly,
    vault: plainVault,
    tokenEndpoint: provider.endpoint,
    storm: aStorm(clock),
    clientId: 'us',
    clock: { ...clock, sleep: () => scheduled(Promise.resolve()) },
  });
  return {
    clock,
    refresh: () => refreshAccess(user, aCall()),
    remove: () => slowly.remove(user),
    read: () => connections.read(user),
  };
}

async function storedTokens({
  connections,
  vault,
  user,
}: {
  connections: ConnectionStore;
  vault: TokenVault;
  user: string;
}) {
  const connection = await connections.read(user);
  if (!connection?.dataKey) return [];
  const key = await vault.openKey(user, connection.dataKey);
  return connection.refreshTokens.map(key.open);
}

const ROTATES = { usedTokensLiveOn: false, newestOnly: true };

describe('a new refresh token', () => {
  test('takes the place of the old one, with the stand-in', async () => {
    const service = await startService(dynamoDb);
    const user = aUser();
    await service.connectUser(user);
    service.accounts.set(user, { rotate: true });
    const before = await storedTokens({ ...service, user });
    for (let i = 0; i < 3; i += 1) await service.refreshAccess(user, aCall());
    const after = await storedTokens({ ...service, user });
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test('is stored before the access token is given out', async () => {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider);
    await service.refresh();
    expect(await storedTokens(service)).toEqual(['refresh-2']);
  });

  test('is kept in memory while the storage is down, used, and stored at the end', async () => {
    const provider = aRotatingProvider(ROTATES);
    let down = true;
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        if (down) throw new StorageUnavailable('down');
        return connections.keepTokens(...args);
      },
    }));
    const access = await service.refresh();
    expect(access.accessToken).toBe('access-refresh-2');
    expect(await storedTokens(service)).toEqual(['refresh-1']);
    expect(await access.renew()).toBe('access-refresh-3');
    await access.settle();
    expect(await storedTokens(service)).toEqual(['refresh-1']);
    down = false;
    await access.settle();
    expect((await storedTokens(service))[0]).toBe('refresh-3');
    await service.refresh();
    expect(provider.refusals).toEqual([]);
  });

  test('survives a storage that fails for a moment', async () => {
    const provider = aRotatingProvider(ROTATES);
    let failures = 2;
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        if (failures-- > 0) throw new StorageUnavailable('for a moment');
        return connections.keepTokens(...args);
      },
    }));
    await service.refresh();
    expect(await storedTokens(service)).toEqual(['refresh-2']);
  });

  test('survives an outage of some seconds, which ends after the computation', async () => {
    const provider = aRotatingProvider(ROTATES);
    let failures = 8;
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        if (failures-- > 0) throw new StorageUnavailable('for some seconds');
        return connections.keepTokens(...args);
      },
    }));
    const access = await service.refresh();
    expect(await storedTokens(service)).toEqual(['refresh-1']);
    await access.settle();
    expect(await storedTokens(service)).toEqual(['refresh-2']);
  });

  test('that arrives after the deadline is stored before the caller is let go', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const provider = aRotatingProvider(ROTATES, async () => {
      asked.resolve();
      await answer.promise;
    });
    const service = await userOf(provider);
    const deadline = new AbortController();
    const reason = new Error('no time left');
    const access = service.refreshAccess(service.user, { ...aCall(), signal: deadline.signal });
    await asked.promise;
    deadline.abort(reason);
    answer.resolve();
    await expect(access).rejects.toBe(reason);
    expect(await storedTokens(service)).toEqual(['refresh-2']);
  });

  test('that arrives after the deadline, while storage fails, is stored before the caller is let go', async () => {
    const deadline = new AbortController();
    const provider = aRotatingProvider(ROTATES);
    let failures = 5;
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        deadline.abort(new Error('no time left'));
        if (failures-- > 0) throw new StorageUnavailable('for some seconds');
        return connections.keepTokens(...args);
      },
    }));
    const call = { ...aCall(), signal: deadline.signal };
    await expect(service.refreshAccess(service.user, call)).rejects.toThrow('no time left');
    expect(await storedTokens(service)).toEqual(['refresh-2']);
  });

  test('that a renewal brings is stored before the caller is let go', async () => {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider);
    const access = await service.refresh();
    const renewal = access.renew();
    await access.settle();
    expect(await storedTokens(service)).toEqual(['refresh-3']);
    await renewal;
  });

  test('of a user who disconnected meanwhile is dropped: nothing comes back', async () => {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        await connections.remove(args[0].userId);
        return connections.keepTokens(...args);
      },
    }));
    await expect(service.refresh()).rejects.toBeInstanceOf(PlatformNotConnected);
    expect(await service.connections.read(service.user)).toBeUndefined();
  });

  test('of a consent that was replaced meanwhile does not touch the new one', async () => {
    const provider = aRotatingProvider({ usedTokensLiveOn: true, newestOnly: false });
    let reconnected = false;
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        if (!reconnected) {
          reconnected = true;
          await connect({ ...service, connections }, args[0].userId, provider);
        }
        return connections.keepTokens(...args);
      },
    }));
    const access = await service.refresh();
    // 1: the first consent, 2: its rotation, 3: the second consent, 4: its rotation.
    expect(access.accessToken).toBe('access-refresh-4');
    expect(await storedTokens(service)).toEqual(['refresh-4']);
  });
});

/** As after a refresh that took longer than its lease. */
const withoutLease = (connections: ConnectionStore): ConnectionStore => ({
  ...connections,
  takeRefresh: async () => ({ untilMs: 0 }),
});

describe('a token that could not be stored', () => {
  /** The first refresh of a user gets a token that storage takes after so many failures. */
  async function unsaved(failures: number) {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        if (failures-- > 0) throw new StorageUnavailable('for a while');
        return connections.keepTokens(...args);
      },
    }));
    /** On another instance, whose storage answers. */
    const other = createRefreshAccess({ ...service, tokenEndpoint: provider.endpoint, clientId: 'us' });
    return { ...service, provider, other: () => other(service.user, aCall()) };
  }
  const takeTurn = ({ connections, user, clock }: Awaited<ReturnType<typeof unsaved>>) =>
    connections.takeRefresh(user, 'another', clock.nowMs(), clock.nowMs() + 1);

  test('keeps the turn to refresh until it is stored, within the same invocation', async () => {
    const service = await unsaved(5);
    const taken: unknown[] = [];
    service.clock.sleep = async (ms) => {
      if ([250, 500, 1_000].includes(ms)) taken.push(await takeTurn(service));
    };
    await (await service.refresh()).settle();
    expect(taken).toEqual([undefined, undefined, undefined]);
    expect(await storedTokens(service)).toEqual(['refresh-2']);
    expect(await takeTurn(service)).toEqual({ untilMs: 0 });
  });

  test('is no revocation to the next one, who is refused the token that it took the place of', async () => {
    const service = await unsaved(8);
    const access = await service.refresh();
    await service.clock.sleep(10_000);
    for (let i = 0; i < 2; i += 1) {
      await expect(service.other()).rejects.toBeInstanceOf(PlatformUnavailable);
      expect(await service.connections.read(service.user)).toHaveProperty('status', 'connected');
    }
    expect(service.provider.refusals).toEqual(['refresh-1', 'refresh-1']);
    await access.settle();
    await expect(service.other()).resolves.toMatchObject({ accessToken: 'access-refresh-3' });
  });

  test('and is lost with its instance is found out a minute later', async () => {
    const service = await unsaved(Number.POSITIVE_INFINITY);
    await (await service.refresh()).settle();
    await service.clock.sleep(10_000);
    await expect(service.other()).rejects.toBeInstanceOf(PlatformUnavailable);
    await service.clock.sleep(60_000);
    await expect(service.other()).rejects.toBeInstanceOf(PlatformRevoked);
    expect(await service.connections.read(service.user)).toHaveProperty('status', 'revoked');
  });
});

describe('refreshes at once', () => {
  test('are one after the other: none finds its token superseded', async () => {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider);
    const tokens = await Promise.all([1, 2, 3, 4].map(async () => (await service.refresh()).accessToken));
    expect(new Set(tokens).size).toBe(4);
    expect(provider.refusals).toEqual([]);
    expect(await storedTokens(service)).toEqual(['refresh-5']);
  });

  test('do not wait for one that died, beyond its lease', async () => {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider);
    await service.connections.takeRefresh(service.user, 'the dead', service.clock.nowMs(), NOON + 10_000);
    await service.refresh();
    expect(service.clock.nowMs()).toBe(NOON + 10_000);
  });

  test('are waited for no longer than the caller has time', async () => {
    const provider = aRotatingProvider(ROTATES);
    const service = await userOf(provider);
    await service.connections.takeRefresh(service.user, 'another', service.clock.nowMs(), NOON + 10_000);
    const deadline = new AbortController();
    service.clock.sleep = async (_, signal) => {
      deadline.abort(new Error('no time left'));
      signal?.throwIfAborted();
    };
    const call = { ...aCall(), signal: deadline.signal };
    await expect(service.refreshAccess(service.user, call)).rejects.toThrow('no time left');
    expect(provider.issued()).toBe(1);
  });

  test('whose lease was taken over do not end that of the other', async () => {
    const { connections, user } = await userOf(aRotatingProvider(ROTATES));
    expect(await connections.takeRefresh(user, 'slow', NOON, NOON + 10_000)).toEqual({ untilMs: 0 });
    expect(await connections.takeRefresh(user, 'next', NOON + 9_999, NOON + 30_000)).toBeUndefined();
    expect(await connections.takeRefresh(user, 'next', NOON + 10_000, NOON + 30_000)).toEqual({
      untilMs: NOON + 10_000,
    });
    await connections.endRefresh(user, 'slow');
    expect(await connections.takeRefresh(user, 'third', NOON + 11_000, NOON + 30_000)).toBeUndefined();
  });
});

describe('two refreshes at once, because a lease ran out', () => {
  test('the one whose token the other has just used up waits a moment, and takes the new one', async () => {
    const provider = aRotatingProvider(ROTATES);
    const slow = Promise.withResolvers<void>();
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        await slow.promise;
        return connections.keepTokens(...args);
      },
    }));
    const first = service.refresh();
    await expect.poll(() => provider.issued(), { interval: 1 }).toBe(2);
    service.clock.sleep = async () => {
      // The second has been refused and waits: now the first one's write comes through.
      slow.resolve();
      await first;
    };
    await expect(service.refresh()).resolves.toMatchObject({ accessToken: 'access-refresh-3' });
    expect(await storedTokens(service)).toEqual(['refresh-3']);
    expect(await service.connections.read(service.user)).toHaveProperty('status', 'connected');
  });

  test('a revocation concluded too early is undone by a holder of a token that works', async () => {
    const provider = aRotatingProvider(ROTATES);
    const slow = Promise.withResolvers<void>();
    let writes = 0;
    const service = await userOf(provider, (connections) => ({
      ...connections,
      keepTokens: async (...args) => {
        if (writes++ === 0) await slow.promise;
        return connections.keepTokens(...args);
      },
    }));
    const first = service.refresh();
    await expect.poll(() => provider.issued(), { interval: 1 }).toBe(2);
    // Later than a function tries.
    service.clock.advance(80_000);
    await expect(service.refresh()).rejects.toBeInstanceOf(PlatformRevoked);
    expect(await service.connections.read(service.user)).toHaveProperty('status', 'revoked');
    slow.resolve();
    await first;
    expect(await service.connections.read(service.user)).toHaveProperty('status', 'connected');
    expect((await storedTokens(service))[0]).toBe('refresh-2');
    await expect(service.refresh()).resolves.toBeDefined();
  });

  test('each given a token of its own: both are kept, and what is dead is found out and dropped', async () => {
    const provider = aRotatingProvider({ usedTokensLiveOn: true, newestOnly: false });
    const service = await userOf(provider, withoutLease);
    await Promise.all([service.refresh(), service.refresh()]);
    expect((await storedTokens(service)).toSorted()).toEqual(['refresh-2', 'refresh-3']);
  });

  test('of two tokens the spare is tried before a revocation is concluded, and the dead one is dropped', async () => {
    const provider = aRotatingProvider({ usedTokensLiveOn: true, newestOnly: false });
    const service = await userOf(provider, withoutLease);
    await Promise.all([service.refresh(), service.refresh()]);
    const [first = '', spare] = await storedTokens(service);
    await service.refresh();
    expect(await storedTokens(service)).toEqual(['refresh-4', spare]);
    provider.revoke('refresh-4');
    provider.revoke(first);
    await expect(service.refresh()).resolves.toMatchObject({ accessToken: 'access-refresh-5' });
    expect(await storedTokens(service)).toEqual(['refresh-5']);
  });

  test('a token that works is brought back, though it was erased meanwhile', async () => {
    const connections = memoryConnections();
    const provider = aRotatingProvider(ROTATES);
    await connect({ connections, vault: plainVault }, 'alice', provider);
    const connection = await connections.read('alice');
    const marked = connection && (await connections.markRevoked(connection, NOON, NOON));
    if (!marked) throw new Error('not connected');
    const held = { connection: marked, key: plainKey, tokens: ['refresh-1'], unsaved: false };
    await connections.eraseTokens(marked, NOON);
    const keeper = createTokenKeeper({ connections, clock: aClock() });
    const refused = new Set<string>();
    expect(await keeper.keep(held, { used: 'refresh-1', received: undefined, refused })).toBe(true);
    const { status, refreshTokens } = (await connections.read('alice')) ?? {};
    expect({ status, tokens: refreshTokens?.map(plainKey.open) }).toEqual({
      status: 'connected',
      tokens: ['refresh-1'],
    });
  });

  const policies = fc.record({ usedTokensLiveOn: fc.boolean(), newestOnly: fc.boolean() });

  test('whatever the order and the policy, a token that lives is never lost, nor a user called revoked for good', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        policies,
        fc.integer({ min: 2, max: 4 }),
        async (s, policy, refreshes) => {
          const provider = aRotatingProvider(policy, () => s.schedule(Promise.resolve()));
          const service = await memoryUser(provider, (work) => s.schedule(work));
          const racing = Promise.allSettled(Array.from({ length: refreshes }, () => service.refresh()));
          await s.waitFor(racing);
          // Whatever was concluded in the race, after the confirming time the user is let in, by the tokens alone.
          service.clock.advance(10 * 60_000);
          const again = service.refresh();
          await s.waitFor(again);
          await expect(again).resolves.toBeDefined();
        },
      ),
      { numRuns: 300, seed: 20261122 },
    );
  });

  test('whatever the order, a consent that is really gone ends without tokens, and no later than its confirmation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), policies, async (s, policy) => {
        const provider = aRotatingProvider(policy, () => s.schedule(Promise.resolve()));
        const service = await memoryUser(provider, (work) => s.schedule(work));
        const settle = async (work: Promise<unknown>) => {
          await s.waitFor(work.catch(() => undefined));
        };
        await settle(Promise.allSettled([service.refresh(), service.refresh()]));
        provider.revokeAll();
        for (let round = 0; round < 3; round += 1) {
          service.clock.advance(10 * 60_000);
          await settle(Promise.allSettled([service.refresh(), service.refresh()]));
        }
        const callsBefore = provider.refusals.length;
        service.clock.advance(60 * 60_000);
        const last = service.refresh();
        await settle(last);
        await expect(last).rejects.toBeInstanceOf(PlatformRevoked);
        expect(provider.refusals).toHaveLength(callsBefore);
        expect(await service.read()).toMatchObject({ status: 'revoked', refreshTokens: [] });
      }),
      { numRuns: 200, seed: 20261122 },
    );
  });

  test('whatever the order, what is disconnected stays disconnected', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), policies, async (s, policy) => {
        const provider = aRotatingProvider(policy, () => s.schedule(Promise.resolve()));
        const service = await memoryUser(provider, (work) => s.schedule(work));
        const racing = Promise.allSettled([service.refresh(), service.remove(), service.refresh()]);
        await s.waitFor(racing);
        expect(await service.read()).toBeUndefined();
      }),
      { numRuns: 200, seed: 20261122 },
    );
  });
});
