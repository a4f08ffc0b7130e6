import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { type Ban, PROBE_MS, type Probes } from '../../../shared/cache/bans.ts';
import { createComputationStore, type Lease } from '../../../shared/cache/computation-store.ts';
import { type PlatformBucket, PlatformRateLimited } from '../../../shared/errors.ts';
import { aUser, NOON, recording, repeatingWrites, type Store } from './given.ts';

const aLease = (userId: string, token = 'first', fence = 'fence'): Lease => ({ userId, token, fence });

export function describeComputations(store: () => Store): void {
  const held = async (untilMs = NOON + 8_000) => {
    const computations = createComputationStore(store());
    const lease = aLease(aUser());
    expect(await computations.acquire(lease, NOON, untilMs)).toBe(true);
    const other = aLease(lease.userId, 'second');
    return { computations, lease, other, userId: lease.userId };
  };

  describe('a lease', () => {
    test('is one holder’s until it runs out', async () => {
      const { computations, lease, other, userId } = await held();
      expect(await computations.acquire(other, NOON + 7_999, NOON + 16_000)).toBe(false);
      expect(await computations.read(userId)).toMatchObject({
        leaseToken: lease.token,
        leaseUntilMs: NOON + 8_000,
        leaseFence: 'fence',
      });
      expect(await computations.acquire(other, NOON + 8_000, NOON + 16_000)).toBe(true);
    });

    test('of one among fifty who want it at once is one', async () => {
      const computations = createComputationStore(store());
      const userId = aUser();
      const tries = Array.from({ length: 50 }, (_, i) =>
        computations.acquire(aLease(userId, `t${i}`), NOON, NOON + 8_000),
      );
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    });

    test('of a doomed holder goes to the one that names that holder, and to none for another fence alone', async () => {
      const { computations, lease, userId } = await held();
      const newer = aLease(userId, 'second', 'another fence');
      expect(await computations.acquire(newer, NOON, NOON + 8_000)).toBe(false);
      expect(await computations.acquire(newer, NOON, NOON + 8_000, { inPlaceOf: 'another' })).toBe(false);
      expect(await computations.acquire(newer, NOON, NOON + 8_000, { inPlaceOf: lease.token })).toBe(true);
    });

    test('is renewed, handed on, failed and released by its holder alone', async () => {
      const { computations, lease, other, userId } = await held();
      expect(await computations.renew(other, NOON + 99_000)).toBe(false);
      expect(await computations.exchange(other, 'third', NOON + 99_000)).toBe(false);
      expect(await computations.fail(other, 'SPOTIFY_UNAVAILABLE', NOON + 99_000)).toBe(false);
      expect(await computations.release(other)).toBe(false);
      expect(await computations.renew(lease, NOON + 12_000)).toBe(true);
      expect(await computations.exchange(lease, 'third', NOON + 20_000)).toBe(true);
      expect(await computations.exchange(lease, 'fourth', NOON + 20_000)).toBe(false);
      expect(await computations.read(userId)).toMatchObject({
        leaseToken: 'third',
        leaseUntilMs: NOON + 20_000,
      });
      expect(await computations.release({ ...lease, token: 'third' })).toBe(true);
      expect(await computations.acquire(other, NOON, NOON + 8_000)).toBe(true);
    });

    test('is recognised as taken when the SDK repeated the write', async () => {
      const computations = createComputationStore(repeatingWrites(store()));
      const lease = aLease(aUser());
      expect(await computations.acquire(lease, NOON, NOON + 8_000)).toBe(true);
      expect(await computations.exchange(lease, 'second', NOON + 8_000)).toBe(true);
    });
  });

  describe('a back-off', () => {
    test('stops everybody until its very end, and says why', async () => {
      const { computations, lease, other, userId } = await held();
      expect(await computations.fail(lease, 'SPOTIFY_UNAVAILABLE', NOON + 30_000)).toBe(true);
      expect(await computations.read(userId)).toEqual({
        leaseToken: undefined,
        leaseUntilMs: undefined,
        leaseFence: undefined,
        retryAtMs: NOON + 30_000,
        cause: 'SPOTIFY_UNAVAILABLE',
        failedList: undefined,
        listFailures: undefined,
        paidUntilMs: undefined,
      });
      expect(await computations.acquire(other, NOON + 29_999, NOON + 40_000)).toBe(false);
      expect(await computations.acquire(other, NOON + 30_000, NOON + 40_000)).toBe(true);
    });

    test('is forgotten with the lease when the user connects or disconnects', async () => {
      const { computations, lease, other, userId } = await held();
      await computations.forget(userId);
      expect(await computations.fail(lease, 'SPOTIFY_TOKEN_REVOKED', NOON + 600_000)).toBe(false);
      expect(await computations.acquire(other, NOON, NOON + 8_000)).toBe(true);
    });
  });

  describe('an optional list that failed', () => {
    test('is counted with the failure, and forgotten when a computation succeeds', async () => {
      const { computations, lease, other, userId } = await held();
      await computations.fail(lease, 'SPOTIFY_UNAVAILABLE', NOON, { name: 'saved', failures: 2 });
      expect(await computations.read(userId)).toMatchObject({ failedList: 'saved', listFailures: 2 });
      await computations.acquire(other, NOON, NOON + 8_000);
      await computations.succeed(other);
      expect(await computations.read(userId)).toMatchObject({ leaseToken: undefined, failedList: undefined });
    });
  });

  /** What is banned is everybody's, also other tests': each has a ban of its own. */
  const aBan = (bucket: PlatformBucket, retryAfterSeconds = 5) =>
    new PlatformRateLimited('429', { retryAfterSeconds, reason: 'quota', bucket });

  describe('a ban', () => {
    test('is only ever prolonged, and is its bucket’s alone', async () => {
      const bans = createBanStore(store());
      expect(await bans.start(aBan('me', 5), NOON)).toBe(5);
      expect(await bans.start(aBan('me', 4), NOON)).toBe(0);
      expect((await bans.read(NOON)).get('me')?.untilMs).toBe(NOON + 6_000);
      expect(await bans.start(aBan('me', 6), NOON)).toBe(0);
      expect(await bans.start(aBan('me', 7), NOON)).toBe(7);
      const known = await bans.read(NOON);
      expect([known.get('me')?.untilMs, known.has('top')]).toEqual([NOON + 8_000, false]);
    });

    test('is probed by one of fifty when it may be over, and ends for all when that one succeeds', async () => {
      const bans = createBanStore(store());
      await bans.start(aBan('player'), NOON);
      const ban = (await bans.read(NOON)).get('player') as Ban;
      const nowMs = NOON + 5_000;
      const probes = await Promise.all(
        Array.from({ length: 50 }, (_, i) => bans.takeProbes([['player', ban]], `holder ${i}`, nowMs)),
      );
      expect(probes.filter(Boolean)).toHaveLength(1);
      const probing: Probes = [['player', ban]];
      expect(await bans.takeProbes(probing, 'another', nowMs + PROBE_MS - 1)).toBe(false);
      await bans.endProbes(probing, `holder ${probes.indexOf(true)}`, new Set(['player']), nowMs);
      expect((await bans.read(NOON)).has('player')).toBe(false);
    });

    test('is given back by the one who probes it alone, also when another took the probe over', async () => {
      const bans = createBanStore(store());
      await bans.start(aBan('player'), NOON);
      const probing: Probes = [['player', (await bans.read(NOON)).get('player') as Ban]];
      const holder = async () => (await bans.read(NOON)).get('player')?.probe?.holder;
      await bans.takeProbes(probing, 'first', NOON + 6_000);
      await bans.releaseProbes(probing, 'another');
      expect(await holder()).toBe('first');
      expect(await bans.takeProbes(probing, 'second', NOON + 6_000 + PROBE_MS)).toBe(true);
      await bans.releaseProbes(probing, 'first');
      await bans.endProbes(probing, 'first', new Set(), NOON + 7_000);
      expect(await holder()).toBe('second');
      await bans.releaseProbes(probing, 'second');
      expect(await holder()).toBeUndefined();
      await bans.endProbes(probing, 'second', new Set(['player']), NOON + 7_000);
    });

    test('is probed by the one who takes the probe, also when the SDK repeats the write', async () => {
      const bans = createBanStore(repeatingWrites(store()));
      await bans.start(aBan('player'), NOON);
      const probing: Probes = [['player', (await bans.read(NOON)).get('player') as Ban]];
      expect(await bans.takeProbes(probing, 'ours', NOON + 6_000)).toBe(true);
      await bans.endProbes(probing, 'ours', new Set(['player']), NOON + 7_000);
    });

    test('that begins anew is another: its end is not that of the one before, and it lasts longer', async () => {
      const bans = createBanStore(store());
      await bans.start(aBan('following', 1), NOON);
      const first = (await bans.read(NOON)).get('following') as Ban;
      const lengths: number[] = [];
      for (let i = 1; i <= 6; i += 1) lengths.push(await bans.start(aBan('following', 0), NOON + i * 60_000));
      expect(lengths).toEqual([2, 4, 8, 16, 30, 30]);
      await bans.endProbes([['following', first]], 'late', new Set(['following']), NOON);
      expect((await bans.read(NOON)).has('following')).toBe(true);
    });
  });

  describe('a ban that many meet at once', () => {
    const met = (nowMs: number) => ({ ban: aBan('top', Math.ceil((NOON + 5_000 - nowMs) / 1000)), nowMs });

    test('is written by one of them, and no longer for that', async () => {
      const recorder = recording(store());
      const instances = Array.from({ length: 20 }, () => createBanStore(recorder));
      for (const [i, bans] of instances.entries()) {
        const { ban, nowMs } = met(NOON + i * 77);
        await bans.start(ban, nowMs);
      }
      expect(recorder.sent.filter((command) => command instanceof UpdateCommand)).toHaveLength(1);
      const known = (await createBanStore(store()).read(NOON)).get('top');
      expect(known).toMatchObject({ sinceMs: NOON, untilMs: NOON + 6_000, strikes: 1 });
    });

    test('does not last longer for those who had begun before it', async () => {
      const bans = createBanStore(store());
      expect(await bans.start(aBan('top', 20), NOON + 100)).toBe(20);
      expect((await bans.read(NOON + 200)).get('top')?.strikes).toBe(1);
    });
  });

  describe('what is known of the bans', () => {
    const known = async (bucket: PlatformBucket, retryAfterSeconds: number, nowMs = NOON) => {
      await createBanStore(store()).start(aBan(bucket, retryAfterSeconds), NOON);
      const recorder = recording(store());
      const bans = createBanStore(recorder);
      await bans.read(nowMs);
      return { bans, looks: () => recorder.sent.filter((command) => command instanceof GetCommand).length };
    };

    test('is asked once a second, however many want to know', async () => {
      const { bans, looks } = await known('token', 60);
      for (let ms = 0; ms < 1_000; ms += 100) expect((await bans.read(NOON + ms)).has('token')).toBe(true);
      expect(looks()).toBe(1);
      await bans.read(NOON + 1_000);
      expect(looks()).toBe(2);
    });

    test('is asked anew when a ban may be over, and after any change of our own', async () => {
      const { bans, looks } = await known('tracks', 1, NOON + 1_500);
      await bans.read(NOON + 1_999, ['tracks']);
      expect(looks()).toBe(1);
      const ban = (await bans.read(NOON + 2_000, ['tracks'])).get('tracks') as Ban;
      expect(looks()).toBe(2);
      await bans.takeProbes([['tracks', ban]], 'ours', NOON + 2_000);
      const probed = (await bans.read(NOON + 2_001)).get('tracks');
      expect(probed?.probe).toEqual({ holder: 'ours', untilMs: NOON + 2_000 + PROBE_MS });
      expect(looks()).toBe(3);
    });
  });

  test('every look at a computation is strongly consistent', async () => {
    const recorder = recording(store());
    await Promise.all([createComputationStore(recorder).read(aUser()), createBanStore(recorder).read(NOON)]);
    expect(recorder.sent.map(({ input }) => (input as { ConsistentRead?: boolean }).ConsistentRead)).toEqual([
      true,
      true,
    ]);
  });
}
