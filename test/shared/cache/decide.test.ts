import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../shared/cache/decide.ts';
import { ComputationPending, StorageUnavailable } from '../../../shared/errors.ts';
import { aCache } from '../../support/a-cache.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import { intercepting, outage } from '../../support/store-contract/given.ts';

const HOUR_MS = 3_600_000;
const request = { userId: 'ann', page: 0, limit: 2, deadlineMs: NOON + 20_000 };

/** The cache of a store that answers reads of entries alone. */
function halfDead({ db }: ReturnType<typeof aCache>) {
  const broken = intercepting({ db, table: TABLES.cache }, (command, send) =>
    command instanceof GetCommand && String(command.input.Key?.pk).startsWith('user_artists:')
      ? send()
      : Promise.reject(outage()),
  );
  return aCache(broken.db);
}

describe('a request', () => {
  test('gives the old copy when storage fails after it was read', async () => {
    const given = aCache();
    await given.storeList('ann', 4 * HOUR_MS);
    const decision = await decide({ ...halfDead(given), clock: aClock() }, request);
    expect(decision).toMatchObject({
      kind: 'answer',
      answer: { cacheStatus: 'stale', warningCode: 'STORAGE_UNAVAILABLE' },
    });
  });

  test('says that storage fails when there is no copy', async () => {
    await expect(decide({ ...halfDead(aCache()), clock: aClock() }, request)).rejects.toThrow(
      StorageUnavailable,
    );
  });

  test('takes over when the holder of the lease has died', async () => {
    const given = aCache();
    const fence = await given.storeList('ann', 7 * HOUR_MS);
    await given.computations.acquire({ userId: 'ann', token: 'dead', fence }, NOON, NOON + 8_000);
    const clock = aClock();
    expect(await decide({ ...given, clock }, request)).toMatchObject({ kind: 'compute', lease: { fence } });
    expect(clock.nowMs()).toBeGreaterThanOrEqual(NOON + 8_000);
  });

  test('waits for a living holder no longer than its deadline', async () => {
    const given = aCache();
    const fence = await given.storeList('ann', 7 * HOUR_MS);
    await given.computations.acquire({ userId: 'ann', token: 'alive', fence }, NOON, NOON + 60_000);
    const clock = aClock();
    await expect(decide({ ...given, clock }, request)).rejects.toThrow(ComputationPending);
    expect(clock.nowMs()).toBeLessThan(request.deadlineMs);
  });
});
