import { describe, expect, test } from 'vitest';
import { createSelectionStore } from '../../../shared/artists/selection.ts';
import { createAdmit } from '../../../shared/cache/admission.ts';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import type { Compute } from '../../../shared/cache/computation.ts';
import { createComputationStore, type Lease } from '../../../shared/cache/computation-store.ts';
import { NO_FENCE } from '../../../shared/cache/entry.ts';
import type { Clock } from '../../../shared/clock.ts';
import { PlatformUnavailable, StorageUnavailable } from '../../../shared/errors.ts';
import { SPOTIFY_PLATFORM } from '../../../shared/spotify-platform.ts';
import { NOON } from '../../support/a-clock.ts';
import { HOUR, WINDOWS } from '../../support/a-recorder.ts';
import { TABLES } from '../../support/dynalite.ts';
import type { FakeCommand } from '../../support/fake-dynamo.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

const ARTISTS = realisticArtists(25);

/** Sleepers wake in the order of their times, whenever nothing else is left to do; waking moves the clock. */
function aClockOfSleepers() {
  let nowMs = NOON;
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && reject(signal.reason));
      }),
  };
  /** Lets time pass until `work` is done. */
  async function until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = () => {
      done = true;
    };
    work.then(settled, settled);
    for (;;) {
      for (let turn = 0; turn < 50 && !done; turn++) await Promise.resolve();
      if (done) return work;
      const next = [...sleepers].sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) continue;
      sleepers.delete(next);
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
    }
  }
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { clock, until, advance };
}

function aCache(compute: Compute) {
  const { clock, until, advance } = aClockOfSleepers();
  const tables = createFakeTables();
  const sent: FakeCommand[] = [];
  const isRenewal = ({ input }: FakeCommand) =>
    'UpdateExpression' in input && input.UpdateExpression?.startsWith('SET leaseUntil = :until');
  let renewalsFail = false;
  const send = async (command: FakeCommand) => {
    sent.push(command);
    if (renewalsFail && isRenewal(command)) throw new Error('connect ECONNREFUSED');
    return tables.execute(command);
  };
  const db = { send } as never;
  const cache = createArtistsCache({ db, table: TABLES.cache, windows: WINDOWS });
  const computations = createComputationStore({ db, table: TABLES.cache });
  const handed: Lease[] = [];
  const handOff = async (lease: Lease) => void handed.push(lease);
  const readSelection = createSelectionStore({ db, table: TABLES.account }).read;
  const bans = createBanStore({ db, table: TABLES.cache });
  const deps = {
    cache,
    computations,
    bans,
    platform: SPOTIFY_PLATFORM,
    clock,
    observe: () => undefined,
    retryMs: 30_000,
    admit: createAdmit({ db, table: TABLES.cache, keepMs: WINDOWS.keepMs }),
    handOff,
    readSelection,
  };
  const ask = () => {
    const request = { userId: 'alice', page: 0, limit: 10, deadlineMs: clock.nowMs() + 29_000 };
    return until(cachedArtists(deps, request, compute));
  };
  const failRenewals = () => {
    renewalsFail = true;
  };
  /** Until when the lease was taken and renewed, in order. */
  const leasedUntilMs = () =>
    sent.flatMap(({ input }) =>
      'UpdateExpression' in input && input.UpdateExpression?.includes('leaseUntil = :until')
        ? [input.ExpressionAttributeValues?.[':until'] as number]
        : [],
    );
  return { clock, advance, ask, cache, computations, handed, sent, failRenewals, leasedUntilMs };
}

const list = () => ({ artists: ARTISTS, computedAtMs: NOON, answered: new Set<string>() });
/** As long as it is not given up. */
const neverEnds: Compute = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a computation that does not end', () => {
  test('is waited for four seconds when there is an old copy, then handed on under the same lease', async () => {
    let compute: Compute = async () => list();
    const { ask, clock, advance, handed, computations } = aCache((job) => compute(job));
    await ask();
    advance(4 * HOUR);
    compute = neverEnds;
    const beganMs = clock.nowMs();
    expect(await ask()).toMatchObject({
      cacheStatus: 'stale',
      warningCode: 'REFRESH_IN_PROGRESS',
      cached: true,
    });
    expect(clock.nowMs() - beganMs).toBe(4_000);
    expect(handed).toHaveLength(1);
    expect((await computations.read('alice')).leaseToken).toBe(handed[0]?.token);
  });

  test('is answered when the call in its midst has ended, and before the function is ended', async () => {
    let endedMs = 0;
    const inMidCall: Compute = async ({ signal }) => {
      await new Promise((aborted) => signal.addEventListener('abort', aborted));
      await clock.sleep(7_900);
      endedMs = clock.nowMs();
      throw signal.reason;
    };
    const { ask, clock, leasedUntilMs } = aCache(inMidCall);
    await expect(ask()).rejects.toMatchObject({ code: 'COMPUTING' });
    // The last one is of the function that takes over.
    const held = leasedUntilMs().slice(0, -1);
    expect(held.length).toBeGreaterThan(5);
    expect(Math.max(...held)).toBeLessThanOrEqual(NOON + 29_000);
    expect(endedMs).toBeGreaterThan(NOON);
    expect(clock.nowMs() - NOON).toBeLessThan(29_000 - 2_000);
  });

  test('is not begun so late in a request that it could not be seen to its end', async () => {
    let begun = 0;
    const { ask, clock, handed, computations, leasedUntilMs } = aCache(async () => {
      begun += 1;
      return list();
    });
    const other = { userId: 'alice', token: 'other', fence: NO_FENCE };
    await computations.acquire(other, clock.nowMs(), clock.nowMs() + 19_000);
    await expect(ask()).rejects.toMatchObject({ code: 'COMPUTING' });
    expect([begun, handed.length]).toEqual([0, 1]);
    // Taken for no longer than the request lives, then renewed for the function that takes over.
    expect(leasedUntilMs().at(-2)).toBeLessThanOrEqual(NOON + 29_000 - 2_500);
  });

  test('goes on when storage does not answer its renewals: the lease has not gone to another', async () => {
    const { ask, clock, failRenewals } = aCache(async () => {
      await clock.sleep(6_000);
      return list();
    });
    failRenewals();
    expect(await ask()).toMatchObject({ cached: false, cacheStatus: 'fresh' });
  });

  test('is waited for as long as the request lives when there is no copy: COMPUTING, and it goes on', async () => {
    const { ask, clock, handed } = aCache(neverEnds);
    const beganMs = clock.nowMs();
    await expect(ask()).rejects.toMatchObject({ code: 'COMPUTING', status: 503, retryAfterSeconds: 5 });
    expect(clock.nowMs() - beganMs).toBe(18_500);
    expect(handed).toHaveLength(1);
  });

  test('keeps others waiting, who have no copy either, and their looks are few', async () => {
    const { ask, clock, computations, sent } = aCache(neverEnds);
    const holder = { userId: 'alice', token: 'another', fence: NO_FENCE };
    await computations.acquire(holder, clock.nowMs(), clock.nowMs() + 60_000);
    sent.length = 0;
    await expect(ask()).rejects.toMatchObject({ code: 'COMPUTING' });
    expect(sent.length).toBeLessThan(3 * 40);
  });
});

describe('a list that is invalidated while it is computed, with no copy to serve', () => {
  const NEWER = realisticArtists(3, 7);

  test('is computed anew by the same request', async () => {
    const computed = [ARTISTS, NEWER];
    const { ask, cache } = aCache(async () => {
      if (computed.length === 2) await cache.invalidateUser('alice', NOON);
      return { ...list(), artists: computed.shift() as typeof ARTISTS };
    });
    expect(await ask()).toMatchObject({ cached: false, copy: { artists: NEWER } });
    expect(await ask()).toMatchObject({ cached: true, copy: { artists: NEWER } });
  });

  test('is computed twice at most by one request, and by the next without any pause', async () => {
    let computations = 0;
    let isRestless = true;
    const { ask, cache } = aCache(async () => {
      computations += 1;
      if (isRestless) await cache.invalidateUser('alice', NOON);
      return list();
    });
    await expect(ask()).rejects.toMatchObject({ code: 'COMPUTING', status: 503, retryAfterSeconds: 5 });
    expect(computations).toBe(2);
    isRestless = false;
    expect(await ask()).toMatchObject({ cached: false, cacheStatus: 'fresh' });
  });
});

describe('storage that fails in a computation', () => {
  const failing = async () => {
    throw new StorageUnavailable('KMS cannot be reached', { retryAfterSeconds: 5 });
  };

  test('does not cost the reader an old copy', async () => {
    let compute: () => Promise<ReturnType<typeof list>> = async () => list();
    const { ask, advance } = aCache(() => compute());
    await ask();
    advance(4 * HOUR);
    compute = failing;
    expect(await ask()).toMatchObject({ cacheStatus: 'stale', warningCode: 'STORAGE_UNAVAILABLE' });
  });

  test('is STORAGE_UNAVAILABLE without a copy', async () => {
    await expect(aCache(failing).ask()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', status: 503 });
  });
});

test('a defect costs the reader no old copy, and is tried again only after the back-off', async () => {
  let compute: () => Promise<ReturnType<typeof list>> = async () => list();
  const { ask, advance } = aCache(() => compute());
  await ask();
  advance(4 * HOUR);
  let tries = 0;
  compute = async () => {
    tries += 1;
    throw new TypeError('a defect');
  };
  expect(await ask()).toMatchObject({ cacheStatus: 'stale' });
  expect(await ask()).toMatchObject({ cacheStatus: 'stale' });
  advance(30_000);
  await ask();
  expect(tries).toBe(2);
});

test('a failure is remembered with its cause, for a request without a copy', async () => {
  const { ask } = aCache(async () => {
    throw new PlatformUnavailable('down');
  });
  await expect(ask()).rejects.toMatchObject({ code: 'SPOTIFY_UNAVAILABLE' });
  await expect(ask()).rejects.toMatchObject({ code: 'SPOTIFY_UNAVAILABLE', retryAfterSeconds: 30 });
});
