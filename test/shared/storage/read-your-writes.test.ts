import { describe, expect, test } from 'vitest';
import { createPlaysStore } from '../../../shared/artists/plays-store.ts';
import { createSelectionStore } from '../../../shared/artists/selection.ts';
import { createSyncPace } from '../../../shared/artists/sync-plays.ts';
import { PlatformRateLimited } from '../../../shared/errors.ts';
import { createConnectionStore } from '../../../shared/platforms/connection-store.ts';
import { createOAuthStateStore } from '../../../shared/platforms/oauth-state-store.ts';
import { aCache } from '../../support/a-cache.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { aStorm } from '../../support/a-storm.ts';
import { TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';

const ID = '70kkdajctXSbqSMJbQO424';
const CONSENT = {
  accountId: 'account',
  scopes: [],
  clientId: 'us',
  authorizedAtMs: NOON,
  dataKey: new Uint8Array([1]),
  refreshToken: new Uint8Array([2]),
};

/** Over tables that answer every read as late as DynamoDB may answer one that is not strongly consistent. */
function stores() {
  const tables = createFakeTables();
  const account = { db: tables.db, table: TABLES.account };
  return {
    tables,
    selections: createSelectionStore(account),
    connections: createConnectionStore(account),
    plays: createPlaysStore(account),
    states: createOAuthStateStore(account),
    pace: createSyncPace(account),
    storm: aStorm(aClock(), tables),
    ...aCache(tables.db),
  };
}

describe('what was answered is what the next request reads', () => {
  test('of a selection', async () => {
    const { selections } = stores();
    const { revision } = await selections.set('ann', ID, true);
    expect(await selections.read('ann')).toEqual({ selected: new Set([ID]), revision });
    expect((await selections.set('ann', ID)).selected).toBe(false);
    expect((await selections.read('ann')).selected.size).toBe(0);
  });

  test('of a connection, its tokens and its end', async () => {
    const { connections } = stores();
    await connections.connect('ann', CONSENT);
    const read = await connections.read('ann');
    if (!read) throw new Error('there is no connection');
    await connections.keepTokens(read, CONSENT.dataKey, [new Uint8Array([3])]);
    expect((await connections.read('ann'))?.refreshTokens).toEqual([new Uint8Array([3])]);
    await connections.remove('ann');
    expect(await connections.read('ann')).toBeUndefined();
  });

  test('of plays', async () => {
    const { connections, plays } = stores();
    await connections.connect('ann', CONSENT);
    const seen = await plays.read('ann');
    if (!seen) throw new Error('there is no connection');
    const counted = ['a play'];
    expect(await plays.save('ann', seen, { weights: new Map(), counted })).toBe(true);
    expect((await plays.read('ann'))?.plays.counted).toEqual(counted);
  });

  test('of an OAuth state', async () => {
    const { states } = stores();
    const { state } = await states.begin('ann', 'verifier', NOON);
    const by = await states.claim('ann', state, NOON, async () => new Uint8Array([1]));
    expect(by.verifier).toBe('verifier');
    await states.end(by);
    await expect(states.claim('ann', state, NOON, async () => new Uint8Array([1]))).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
  });

  test('of the pace of syncs', async () => {
    const { pace } = stores();
    const taken = [];
    for (let i = 0; i < 12; i += 1) taken.push(await pace.take('ann', NOON));
    expect(taken).toEqual([...Array(10).fill(true), false, false]);
  });

  test('of revocations', async () => {
    const { storm } = stores();
    const calm = [];
    for (let i = 0; i < 10; i += 1) calm.push(await storm.refused());
    expect(calm).toEqual([...Array(9).fill(true), false]);
  });

  test('of a list, a lease and a ban', async () => {
    const { cache, computations, bans, storeList } = stores();
    const fence = await storeList('ann');
    expect(await cache.get('ann', 0, 1, NOON)).toMatchObject({ state: 'fresh', fence });
    const lease = { userId: 'ann', token: 'mine', fence };
    await computations.acquire(lease, NOON, NOON + 1);
    await computations.release(lease);
    expect((await computations.read('ann')).leaseToken).toBeUndefined();
    await bans.start(new PlatformRateLimited('429', { retryAfterSeconds: 5 }), NOON);
    expect((await bans.read(NOON)).size).toBe(1);
    await cache.invalidateUser('ann', NOON);
    expect((await cache.get('ann', 0, 1, NOON)).state).toBe('none');
  });
});

describe('what is only for a while ends by itself in DynamoDB', () => {
  const seconds = (ms: number) => Math.ceil(ms / 1000);

  test('a connection that was begun, and nothing else', async () => {
    const { states, tables } = stores();
    await states.begin('ann', 'verifier', NOON);
    const [item] = [...tables.items(TABLES.account)];
    expect(item?.expiresAt).toBe(seconds(NOON + 600_000));
  });

  test('the turn to refresh', async () => {
    const { connections, tables } = stores();
    await connections.takeRefresh('ann', 'me', NOON, NOON + 10_000);
    const [item] = [...tables.items(TABLES.account)];
    expect(item?.expiresAt).toBe(seconds(NOON + 10_000));
  });

  test('the record of computations, a day after lease and back-off', async () => {
    const { computations, tables } = stores();
    const lease = { userId: 'ann', token: 'mine', fence: 'f' };
    const expiresAt = () => [...tables.items(TABLES.cache)][0]?.expiresAt;
    await computations.acquire(lease, NOON, NOON + 8_000);
    expect(expiresAt()).toBe(seconds(NOON + 8_000) + 86_400);
    await computations.renew(lease, NOON + 16_000);
    expect(expiresAt()).toBe(seconds(NOON + 16_000) + 86_400);
    await computations.fail(lease, 'SPOTIFY_UNAVAILABLE', NOON + 30_000);
    expect(expiresAt()).toBe(seconds(NOON + 30_000) + 86_400);
  });

  test('the pace of syncs, and the count of revocations', async () => {
    const { pace, storm, tables } = stores();
    await pace.take('ann', NOON);
    await storm.refused();
    expect([...tables.items(TABLES.account)][0]?.expiresAt).toBe(seconds(NOON + 60_000));
    expect([...tables.items(TABLES.cache)][0]?.expiresAt).toBe(seconds(NOON + 3_600_000));
  });
});
