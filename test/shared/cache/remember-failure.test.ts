import { describe, expect, test } from 'vitest';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { createComputationStore } from '../../../shared/cache/computation-store.ts';
import { NO_FENCE } from '../../../shared/cache/entry.ts';
import { rememberFailure } from '../../../shared/cache/remember-outcome.ts';
import {
  PlatformNotConnected,
  PlatformRateLimited,
  PlatformRevoked,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import { forgetList } from '../../../shared/platforms/connecting.ts';
import { SPOTIFY_PLATFORM } from '../../../shared/spotify-platform.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { recording } from '../../support/store-contract/given.ts';

const WINDOWS = { freshMs: 3 * 3_600_000, keepMs: 6 * 3_600_000 };
const RETRY_MS = 30_000;

/** A user whose computation is under way, from a list or from nothing. */
async function aComputation({ withList = true } = {}) {
  const { db } = recording({ db: createFakeTables().db, table: TABLES.cache });
  const cache = createArtistsCache({ db, table: TABLES.cache, windows: WINDOWS });
  const computations = createComputationStore({ db, table: TABLES.cache });
  const look = async () => cache.get('ann', 0, 1, NOON);
  const list = { artists: realisticArtists(3), computedAtMs: NOON };
  if (withList) await cache.set('ann', list, await look());
  const found = await look();
  const lease = { userId: 'ann', token: 'ours', fence: found.fence };
  await computations.acquire(lease, NOON, NOON + 8_000);
  const bans = createBanStore({ db, table: TABLES.cache });
  const observe = () => undefined;
  const stores = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock: aClock(), observe };
  const deps = { ...stores, retryMs: RETRY_MS };
  const fail = async (error: Error, of = lease) => {
    const record = await computations.read('ann');
    return rememberFailure(deps, { found, record, without: [], probes: [], lease: of }, error);
  };
  return { cache, computations, lease, look, fail, bans };
}

describe('a failed computation is remembered', () => {
  test.each([
    ['an outage of the platform', new PlatformUnavailable('down'), 'SPOTIFY_UNAVAILABLE', RETRY_MS],
    [
      'an outage that the platform says will last',
      new PlatformUnavailable('down', { toldSeconds: 90 }),
      'SPOTIFY_UNAVAILABLE',
      90_000,
    ],
    [
      'an outage that the platform calls shorter than the pause of a user',
      new PlatformUnavailable('down', { toldSeconds: 1 }),
      'SPOTIFY_UNAVAILABLE',
      RETRY_MS,
    ],
    ['a defect', new TypeError('x is not a function'), 'INTERNAL', RETRY_MS],
    ['a revoked consent', new PlatformRevoked('revoked'), 'SPOTIFY_TOKEN_REVOKED', 600_000],
    ['a missing scope', new PlatformScopeMissing('scope'), 'SPOTIFY_SCOPE_MISSING', 600_000],
    ['an outage of storage', new StorageUnavailable('KMS'), 'STORAGE_UNAVAILABLE', 5_000],
  ])('as %s', async (_, error, cause, pauseMs) => {
    const { computations, bans, fail } = await aComputation();
    expect(await fail(error)).toBe(pauseMs / 1000);
    expect(await computations.read('ann')).toMatchObject({
      leaseToken: undefined,
      cause,
      retryAtMs: NOON + pauseMs,
    });
    expect(await bans.read(NOON)).toEqual(new Map());
  });

  test('as a ban of the whole application, and as a back-off of the user who met it', async () => {
    const { computations, bans, fail } = await aComputation();
    expect(await fail(new PlatformRateLimited('429', { retryAfterSeconds: 1 }))).toBe(RETRY_MS / 1000);
    expect((await bans.read(NOON)).get('all')?.untilMs).toBe(NOON + 2_000);
    expect(await computations.read('ann')).toMatchObject({
      leaseToken: undefined,
      retryAtMs: NOON + RETRY_MS,
    });
  });

  test('as a quota of the bucket alone', async () => {
    const { bans, fail } = await aComputation();
    await fail(
      new PlatformRateLimited('429', { retryAfterSeconds: 48_925, reason: 'quota', bucket: 'tracks' }),
    );
    expect([...(await bans.read(NOON)).keys()]).toEqual(['tracks']);
  });

  test.each([
    ['without a copy, the next try goes without that list', false, RETRY_MS / 1000],
    ['with a copy, that list is waited for until its ban is over', true, 48_926],
  ])('as a quota of an optional bucket: %s', async (_, withList, seconds) => {
    const { fail } = await aComputation({ withList });
    const quota = { retryAfterSeconds: 48_925, reason: 'quota', bucket: 'tracks' } as const;
    expect(await fail(new PlatformRateLimited('429', quota))).toBe(seconds);
  });

  test('with the optional list by which it failed, and how often in a row', async () => {
    const { computations, lease, fail } = await aComputation();
    const again = async (bucket: 'tracks' | 'following' | 'top') => {
      await computations.acquire(lease, NOON + 9e6, NOON + 18e6);
      await fail(new PlatformUnavailable('502', { bucket }));
      const { failedList, listFailures } = await computations.read('ann');
      return [failedList, listFailures];
    };
    expect(await again('tracks')).toEqual(['saved', 1]);
    expect(await again('tracks')).toEqual(['saved', 2]);
    expect(await again('following')).toEqual(['followed', 1]);
    expect(await again('top')).toEqual(['followed', 1]);
  });

  test('marks the list as stale when the consent was revoked, and for no other cause', async () => {
    const revoked = await aComputation();
    await revoked.fail(new PlatformRevoked('revoked'));
    expect(await revoked.look()).toMatchObject({ state: 'old', stored: { isStale: true } });
    const down = await aComputation();
    await down.fail(new PlatformUnavailable('down'));
    expect(await down.look()).toMatchObject({ state: 'fresh', stored: { isStale: false } });
  });

  test('as nothing at all when there is no connection: the next request looks again, and no list is touched', async () => {
    const empty = await aComputation({ withList: false });
    await empty.fail(new PlatformNotConnected('none'));
    expect(await empty.look()).toMatchObject({ state: 'none', fence: NO_FENCE });
    expect(await empty.computations.read('ann')).toMatchObject({
      leaseToken: undefined,
      retryAtMs: undefined,
    });
    const full = await aComputation();
    await full.fail(new PlatformNotConnected('none'));
    expect(await full.look()).toMatchObject({ state: 'fresh' });
  });

  test('by its holder alone', async () => {
    const { computations, lease, fail } = await aComputation();
    await fail(new PlatformUnavailable('down'), { ...lease, token: 'a zombie’s' });
    expect(await computations.read('ann')).toMatchObject({ leaseToken: 'ours', retryAtMs: undefined });
  });

  test('until the user connects or disconnects', async () => {
    const { cache, computations, lease, fail } = await aComputation();
    await fail(new PlatformRevoked('revoked'));
    await forgetList({ cache, computations, clock: aClock() }, 'ann');
    expect(await computations.acquire(lease, NOON, NOON + 8_000)).toBe(true);
  });
});
