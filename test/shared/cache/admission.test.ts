import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { computationsPerWindow, createAdmit, ticketsOf } from '../../../shared/cache/admission.ts';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { ALL_CALLS, type Ban, type Pacing } from '../../../shared/cache/bans.ts';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import { EXPIRY_SHARDS } from '../../../shared/cache/keys.ts';
import { PlatformRateLimited } from '../../../shared/errors.ts';
import { ANSWERED, aCache } from '../../support/a-cache.ts';
import { aClock } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { NOON, recording } from '../../support/store-contract/given.ts';

const HOUR_MS = 3_600_000;
const WINDOWS = { freshMs: 3 * HOUR_MS, keepMs: 6 * HOUR_MS };
const table = TABLES.cache;
const pacing = (lists: number): Pacing => ({ fromMs: NOON, banSinceMs: NOON - 20_000, lists });

/** Lists that were begun at these times before the ban began at noon; it ended 20 s later. */
async function afterABan(begunMs: readonly number[]) {
  const store = recording({ db: createFakeTables().db, table });
  const cache = createArtistsCache({ ...store, windows: WINDOWS });
  for (const [i, ms] of begunMs.entries()) {
    const list = { artists: realisticArtists(1), computedAtMs: NOON + ms };
    await cache.set(`user-${i}`, list, { fence: 'none' });
  }
  const bans = createBanStore(store);
  await bans.start(new PlatformRateLimited('429', { retryAfterSeconds: 19 }), NOON);
  const ban = (await bans.read(NOON + 20_000)).get(ALL_CALLS) as Ban;
  await bans.endProbes([[ALL_CALLS, ban]], 'ann', ANSWERED, NOON + 20_000);
  const admit = createAdmit({ ...store, keepMs: WINDOWS.keepMs });
  const readPacing = (nowMs: number) => bans.look(nowMs).then(({ pacing }) => pacing as Pacing);
  /** How many of a thousand users are let in, one after the other, each second. */
  const letIn = async (fromMs: number, seconds: number) => {
    let count = 0;
    for (let second = 0; second < seconds; second += 1) {
      const nowMs = fromMs + second * 1000;
      for (let user = 0; user < 40; user += 1)
        if (await admit(`new-${second}-${user}`, await readPacing(nowMs), nowMs)) count += 1;
    }
    return count;
  };
  return { store, admit, readPacing, letIn };
}

const everyHalfSecond = Array.from({ length: 60 }, (_, i) => -i * 500);

describe('after a ban of all calls', () => {
  test('as many computations begin as in the window before it, less a tenth', async () => {
    const { letIn } = await afterABan(everyHalfSecond);
    expect(await letIn(NOON + 20_000, 30)).toBe(54);
  });

  test('what was begun earlier than a window before it, or during it, does not count', async () => {
    const { readPacing, admit } = await afterABan([-31_000, -30_000, -29_000, -1_000, 0, 1_500]);
    await admit('ann', await readPacing(NOON + 20_000), NOON + 20_000);
    expect(await readPacing(NOON + 20_000)).toEqual({ fromMs: NOON + 20_000, banSinceMs: NOON, lists: 3 });
  });

  test('the lists are counted once for everybody', async () => {
    const { store, letIn } = await afterABan(everyHalfSecond);
    await letIn(NOON + 20_000, 2);
    const queries = store.sent.filter((command) => command instanceof QueryCommand);
    // Of both hours that the window lies in.
    expect(queries).toHaveLength(2 * EXPIRY_SHARDS);
  });

  test('a quiet application is let one computation a second', async () => {
    const { letIn } = await afterABan([]);
    expect(await letIn(NOON + 20_000, 30)).toBe(30);
  });
});

describe('a request that is not let in', () => {
  const afterAQuietBan = async () => {
    const { admit, store } = await afterABan([]);
    const clock = aClock(NOON + 25_000);
    // Sleeping takes no time on the test's clock: a computation's watchers would run at once.
    const patient = { ...clock, sleep: () => new Promise<never>(() => undefined) };
    const given = { ...aCache(store.db), admit };
    let computations = 0;
    const ask = (userId: string) =>
      cachedArtists(
        {
          ...given,
          clock: patient,
          retryMs: 30_000,
          readSelection: async () => ({ selected: new Set<string>(), revision: 'none' }),
          handOff: async () => undefined,
        },
        { userId, page: 0, limit: 2, deadlineMs: clock.nowMs() + 20_000 },
        async () => {
          computations += 1;
          return { artists: realisticArtists(3), computedAtMs: clock.nowMs(), answered: ANSWERED };
        },
      );
    return { given, ask, clock, computed: () => computations };
  };

  test('gets the old copy, or is told to come again, and makes no call', async () => {
    const { given, ask, computed } = await afterAQuietBan();
    await given.storeList('bob', 4 * HOUR_MS);
    expect((await ask('ann')).cacheStatus).toBe('fresh');
    expect(await ask('bob')).toMatchObject({ cacheStatus: 'stale', warningCode: 'SPOTIFY_RATE_LIMITED' });
    const refusals = await Promise.all(['cid', 'dan', 'eve', 'fay'].map((user) => ask(user).catch((e) => e)));
    for (const refusal of refusals) expect(refusal.code).toBe('SPOTIFY_RATE_LIMITED');
    const waits = refusals.map(({ retryAfterSeconds }) => retryAfterSeconds as number);
    expect(waits.every((seconds) => seconds >= 10 && seconds < 20)).toBe(true);
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(computed()).toBe(1);
  });

  test('is let in later', async () => {
    const { ask, clock } = await afterAQuietBan();
    await ask('ann');
    await expect(ask('bob')).rejects.toMatchObject({ code: 'SPOTIFY_RATE_LIMITED' });
    clock.advance(1_000);
    expect((await ask('bob')).cacheStatus).toBe('fresh');
  });
});

test('the pace stays for half an hour, doubles every half hour after that, and is no bound after six hours', () => {
  const perWindow = (hours: number) => computationsPerWindow(pacing(1_000), NOON + hours * HOUR_MS);
  expect([0, 0.5, 1, 1.5].map(perWindow)).toEqual([900, 900, 1_800, 3_600]);
  expect([6 - 1e-6, 6].map((hours) => perWindow(hours) === undefined)).toEqual([false, true]);
});

describe('tickets', () => {
  const users = Array.from({ length: 2_000 }, (_, i) => `user-${i}`);

  test.each([30, 54, 900, 8_000, 60_000])('of a pace of %i are as many in any 30 s', (perWindow) => {
    const shards = new Map<string, number>();
    for (let second = 0; second < 30; second += 1)
      for (const user of users) {
        const { key, tickets } = ticketsOf(user, perWindow, NOON + second * 1000);
        shards.set(key.pk, tickets);
      }
    const all = [...shards.values()].reduce((sum, tickets) => sum + tickets, 0);
    expect(Math.abs(all - perWindow)).toBeLessThanOrEqual(16);
  });

  test('of a busy second lie in sixteen items, of a quiet one in a single item', () => {
    const items = (perWindow: number) =>
      new Set(users.map((user) => ticketsOf(user, perWindow, NOON).key.pk)).size;
    expect([60_000, 300, 54].map(items)).toEqual([16, 2, 1]);
  });

  test('are drawn anew each second: none is unlucky for long', () => {
    const shardOf = (nowMs: number) => ticketsOf('ann', 60_000, nowMs).key.pk.split('#')[1];
    expect(new Set([0, 1, 2, 3, 4, 5].map((second) => shardOf(NOON + second * 1000))).size).toBeGreaterThan(
      1,
    );
  });
});
