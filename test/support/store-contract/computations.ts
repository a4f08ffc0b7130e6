import { describe, expect, test } from 'vitest';
import { createComputationStore, type Lease } from '../../../shared/cache/computation-store.ts';
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

    test('of a doomed holder goes to whoever names that holder, and to nobody for another fence alone', async () => {
      const { computations, lease, userId } = await held();
      const newer = aLease(userId, 'second', 'another fence');
      expect(await computations.acquire(newer, NOON, NOON + 8_000)).toBe(false);
      expect(await computations.acquire(newer, NOON, NOON + 8_000, 'somebody else')).toBe(false);
      expect(await computations.acquire(newer, NOON, NOON + 8_000, lease.token)).toBe(true);
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

  describe('the cool-down', () => {
    test('is only ever prolonged', async () => {
      const computations = createComputationStore(store());
      expect(await computations.cooldownUntilMs()).toBe(0);
      expect(await computations.startCooldown(NOON + 5_000)).toBe(true);
      expect(await computations.startCooldown(NOON + 4_000)).toBe(false);
      expect(await computations.cooldownUntilMs()).toBe(NOON + 5_000);
      expect(await computations.startCooldown(NOON + 6_000)).toBe(true);
      expect(await computations.cooldownUntilMs()).toBe(NOON + 6_000);
    });
  });

  test('every look at a computation is strongly consistent', async () => {
    const recorder = recording(store());
    const computations = createComputationStore(recorder);
    await Promise.all([computations.read(aUser()), computations.cooldownUntilMs()]);
    expect(recorder.sent.map(({ input }) => (input as { ConsistentRead?: boolean }).ConsistentRead)).toEqual([
      true,
      true,
    ]);
  });
}
