import { describe, expect, test } from 'vitest';
import { createSelectionStore } from '../../../shared/artists/selection.ts';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import type { Computed } from '../../../shared/cache/computation.ts';
import { LEASE_MS, type Lease } from '../../../shared/cache/computation-store.ts';
import { computeUnderLease } from '../../../shared/cache/compute-under-lease.ts';
import { NO_FENCE } from '../../../shared/cache/entry.ts';
import type { Clock } from '../../../shared/clock.ts';
import { PlatformRateLimited } from '../../../shared/errors.ts';
import { ANSWERED, aCache, RETRY_MS } from '../../support/a-cache.ts';
import { NOON } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import type { FakeCommand } from '../../support/fake-dynamo.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { outage } from '../../support/store-contract/given.ts';

const HOUR_MS = 3_600_000;
const LIST = { artists: realisticArtists(3), computedAtMs: NOON, answered: ANSWERED };

/** A clock whose sleepers are woken by hand. */
function aSteppedClock() {
  let nowMs = NOON;
  const sleepers = new Map<() => void, number>();
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        sleepers.set(resolve, nowMs + ms);
        signal?.addEventListener('abort', () => sleepers.delete(resolve) && reject(signal.reason));
      }),
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    async pass(ms: number) {
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs += 500;
        for (const [wake, atMs] of [...sleepers]) if (atMs <= nowMs && sleepers.delete(wake)) wake();
        await settled();
      }
    },
  };
}

/** A cache whose writes of lists go through `putList`. */
function aUser(putList: (pass: () => Promise<unknown>) => Promise<unknown>) {
  const tables = createFakeTables();
  const isList = ({ input }: FakeCommand) => 'Item' in input && 'generation' in (input.Item ?? {});
  let isPassing = true;
  const send = async (command: FakeCommand) => {
    const pass = async () => tables.execute(command);
    return isPassing || !isList(command) ? pass() : putList(pass);
  };
  const db = { send } as never;
  const { clock, pass } = aSteppedClock();
  const deps = {
    ...aCache(db),
    clock,
    retryMs: RETRY_MS,
    readSelection: createSelectionStore({ db, table: TABLES.account }).read,
    handOff: async () => {},
  };
  const ask = (compute = async (): Promise<Computed> => LIST) =>
    cachedArtists(deps, { userId: 'ann', page: 0, limit: 10, deadlineMs: clock.nowMs() + 29_000 }, compute);
  const begin = async () => {
    const found = await deps.cache.get('ann', 0, 1, NOON);
    const lease: Lease = { userId: 'ann', token: 'ours', fence: found.fence };
    await deps.computations.acquire(lease, NOON, NOON + LEASE_MS);
    return { found, lease, record: {}, without: [], probes: [] };
  };
  const interfere = () => {
    isPassing = false;
  };
  return { ...deps, deps, ask, begin, pass, interfere };
}

describe('a list that is computed and then', () => {
  test('meets a defect while it is stored costs the reader nothing, and is not computed at each request', async () => {
    const user = aUser(async () => {
      throw Object.assign(new Error('no such attribute'), { name: 'ValidationException', $fault: 'client' });
    });
    await user.storeList('ann', 4 * HOUR_MS);
    user.interfere();

    expect(await user.ask()).toMatchObject({ cacheStatus: 'stale' });

    expect(await user.computations.read('ann')).toMatchObject({
      leaseToken: undefined,
      cause: 'INTERNAL',
      retryAtMs: NOON + RETRY_MS,
    });
  });

  test('is refused leaves no lease for its own request to wait for', async () => {
    const user = aUser(async (pass) => {
      await user.cache.invalidateUser('ann', NOON);
      return pass();
    });
    const begun = await user.begin();
    user.interfere();

    const limits = { patienceMs: 20_000, deadlineMs: NOON + 29_000 };
    expect((await computeUnderLease(user.deps, begun, limits, async () => LIST)).kind).toBe('superseded');

    expect((await user.computations.read('ann')).leaseToken).toBeUndefined();
  });

  test('takes long to be stored keeps its lease until then', async () => {
    let store = () => {};
    const user = aUser(async (pass) => {
      await new Promise<void>((resolve) => {
        store = resolve;
      });
      return pass();
    });
    const begun = await user.begin();
    user.interfere();
    const limits = { patienceMs: 20_000, deadlineMs: NOON + 60_000 };
    const working = computeUnderLease(user.deps, begun, limits, async () => LIST);

    await user.pass(LEASE_MS + 4_000);
    const another = { ...begun.lease, token: 'another' };
    const nowMs = user.clock.nowMs();
    expect(await user.computations.acquire(another, nowMs, nowMs + LEASE_MS)).toBe(false);

    store();
    expect((await working).kind).toBe('computed');
  });
});

describe('a probe of a ban', () => {
  async function aProber(putList: () => Promise<unknown>) {
    const user = aUser(putList);
    await user.bans.start(new PlatformRateLimited('429', { retryAfterSeconds: 1 }), NOON - 10_000);
    const standing = async () => [...(await user.bans.read(NOON, ['all']))];
    return { ...user, standing };
  }

  test('ends the ban when the platform answers, also where the list cannot be stored', async () => {
    const user = await aProber(() => Promise.reject(outage()));
    user.interfere();
    expect(await user.ask()).toMatchObject({ cached: false, cacheStatus: 'fresh' });
    expect(await user.standing()).toEqual([]);
  });

  test('ends no ban by a list for which the platform was not asked, and is given back', async () => {
    const user = await aProber(() => Promise.reject(outage()));
    await user.ask(async () => ({ ...LIST, answered: new Set() }));
    expect(await user.standing()).toMatchObject([['all', { probe: undefined }]]);
  });

  test('is given back when its computation cannot be handed on, for another has the lease', async () => {
    const user = await aProber(() => Promise.reject(outage()));
    const slow = { ...LIST, computationMs: 60_000, computedAtMs: NOON - 4 * HOUR_MS };
    await user.cache.set('ann', slow, { fence: NO_FENCE });
    const computations = { ...user.computations, renew: async () => false };
    const request = { userId: 'ann', page: 0, limit: 10, deadlineMs: NOON + 29_000 };
    await cachedArtists({ ...user.deps, computations }, request, async () => LIST);
    expect(await user.standing()).toMatchObject([['all', { probe: undefined }]]);
  });
});

test('a lease that is handed on is not shortened by a renewal that was on its way', async () => {
  const user = aUser((pass) => pass());
  const begun = await user.begin();
  let renew = () => {};
  const computations = {
    ...user.computations,
    renew: async (lease: Lease, untilMs: number) => {
      await new Promise<void>((resolve) => {
        renew = resolve;
      });
      return user.computations.renew(lease, untilMs);
    },
  };
  const limits = { patienceMs: 3_000, deadlineMs: NOON + 29_000 };
  const endless = ({ signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  let result: string | undefined;
  const working = computeUnderLease({ ...user.deps, computations }, begun, limits, endless);
  working.then(({ kind }) => {
    result = kind;
  });

  await user.pass(4_000);
  expect(result).toBeUndefined();

  renew();
  expect((await working).kind).toBe('outlasted');
});

test('a computation that cannot be handed on says what was in the way', async () => {
  const user = aUser((pass) => pass());
  const slow = { ...LIST, computationMs: 60_000 };
  const { fence } = await user.cache.get('ann', 0, 1, NOON);
  await user.cache.set('ann', { ...slow, computedAtMs: NOON - 7 * HOUR_MS }, { fence });
  const denied = new Error('not authorized to perform lambda:InvokeFunction');
  const request = { userId: 'ann', page: 0, limit: 10, deadlineMs: NOON + 29_000 };
  const handOff = async () => {
    throw denied;
  };

  await expect(cachedArtists({ ...user.deps, handOff }, request, async () => LIST)).rejects.toBe(denied);
});
