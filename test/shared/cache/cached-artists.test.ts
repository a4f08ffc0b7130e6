import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { Artist } from '../../../shared/artist.ts';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import { systemClock } from '../../../shared/clock.ts';
import { ComputationPending, StorageUnavailable } from '../../../shared/errors.ts';
import { ANSWERED, aCache, RETRY_MS } from '../../support/a-cache.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
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

const NOTHING_SELECTED = async () => ({ selected: new Set<string>(), revision: 'none' });
const computing = async () => ({ artists: realisticArtists(5), computedAtMs: NOON, answered: ANSWERED });

/** Asks for a page; the platform answers at once. */
const ask = (given: ReturnType<typeof aCache>, clock = aClock(), readSelection = NOTHING_SELECTED) =>
  cachedArtists(
    { ...given, clock, retryMs: RETRY_MS, readSelection, handOff: async () => undefined },
    request,
    computing,
  );

describe('a request', () => {
  test('gives the old copy when storage fails after it was read', async () => {
    const given = aCache();
    await given.storeList('ann', 4 * HOUR_MS);
    expect(await ask(halfDead(given))).toMatchObject({
      cacheStatus: 'stale',
      warningCode: 'STORAGE_UNAVAILABLE',
    });
  });

  test('says that storage fails when there is no copy', async () => {
    await expect(ask(halfDead(aCache()))).rejects.toThrow(StorageUnavailable);
  });

  test('takes over when the holder of the lease has died', async () => {
    const given = aCache();
    const fence = await given.storeList('ann', 7 * HOUR_MS);
    await given.computations.acquire({ userId: 'ann', token: 'dead', fence }, NOON, NOON + 8_000);
    const clock = aClock();
    const patient = { ...clock, sleep: sleepWithoutPatience(clock) };
    expect(await ask(given, patient as never)).toMatchObject({ cached: false, cacheStatus: 'fresh' });
    expect(clock.nowMs()).toBeGreaterThanOrEqual(NOON + 8_000);
  });

  test('waits for a living holder no longer than its deadline', async () => {
    const given = aCache();
    const fence = await given.storeList('ann', 7 * HOUR_MS);
    await given.computations.acquire({ userId: 'ann', token: 'alive', fence }, NOON, NOON + 60_000);
    const clock = aClock();
    await expect(ask(given, clock)).rejects.toThrow(ComputationPending);
    expect(clock.nowMs()).toBeLessThan(request.deadlineMs);
  });
});

describe('an old copy that a toggle outdated', () => {
  const whileStorageFails = async (readSelection: typeof NOTHING_SELECTED) => {
    const given = aCache();
    await given.storeList('ann');
    await given.cache.invalidateSelection('ann', 'newer', NOON);
    return ask(halfDead(given), aClock(), readSelection);
  };

  test('shows the selection as it is stored', async () => {
    const [, second] = realisticArtists(3) as [Artist, Artist];
    const answer = await whileStorageFails(async () => ({
      selected: new Set([second.id]),
      revision: 'newer',
    }));
    expect(answer.copy.artists.map(({ selected }) => selected)).toEqual([false, true]);
  });

  test('has another validator with another selection', async () => {
    const [one, other] = await Promise.all(
      ['one', 'other'].map((revision) => whileStorageFails(async () => ({ selected: new Set(), revision }))),
    );
    expect(one?.fence.split(' ')[1]).not.toBe(other?.fence.split(' ')[1]);
  });

  test('is not served when the selection cannot be read: it might show an outdated one', async () => {
    const unreadable = () => Promise.reject(new StorageUnavailable('down'));
    await expect(whileStorageFails(unreadable)).rejects.toThrow(StorageUnavailable);
  });
});

/** Waits of a computation's watchers never end; the short ones of a request that looks again take no time. */
const sleepWithoutPatience = (clock: ReturnType<typeof aClock>) => (ms: number, signal?: AbortSignal) =>
  ms > 1_000 ? systemClock.sleep(2 ** 30, signal) : clock.sleep(ms);
