import { describe, expect, test } from 'vitest';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { ComputationOutlasted } from '../../../shared/cache/computation.ts';
import { createComputationStore } from '../../../shared/cache/computation-store.ts';
import { forgetList } from '../../../shared/cache/forget-list.ts';
import { rememberFailure } from '../../../shared/cache/remember-failure.ts';
import {
  PlatformNotConnected,
  PlatformRateLimited,
  PlatformRevoked,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { recording } from '../../support/store-contract/given.ts';

const WINDOWS = { freshMs: 3 * 3_600_000, keepMs: 6 * 3_600_000 };
const RETRY_MS = 30_000;

/** A user whose computation is under way, from a list or from a reservation alone. */
async function aComputation({ withList = true } = {}) {
  const { db, sent } = recording({ db: createFakeTables().db, table: TABLES.cache });
  const cache = createArtistsCache({ db, table: TABLES.cache, windows: WINDOWS });
  const computations = createComputationStore({ db, table: TABLES.cache });
  const look = async () => cache.get('ann', 0, 1, NOON);
  await cache.reserve('ann', NOON);
  const list = { artists: realisticArtists(3), computedAtMs: NOON };
  if (withList) await cache.set('ann', list, { fence: (await look()).fence as string });
  const lease = { userId: 'ann', token: 'ours', fence: (await look()).fence as string };
  await computations.acquire(lease, NOON, NOON + 8_000);
  sent.length = 0;
  const deps = { cache, computations, clock: aClock(), retryMs: RETRY_MS };
  const fail = (error: Error, of = lease) => rememberFailure(deps, of, error);
  return { cache, computations, lease, look, fail, sent };
}

describe('a failed computation is remembered', () => {
  test.each([
    ['an outage of the platform', new PlatformUnavailable('down'), 'SPOTIFY_UNAVAILABLE', RETRY_MS],
    ['a platform slower than we can wait', new ComputationOutlasted(), 'SPOTIFY_UNAVAILABLE', RETRY_MS],
    ['a defect', new TypeError('x is not a function'), 'INTERNAL', RETRY_MS],
    ['a revoked consent', new PlatformRevoked('revoked'), 'SPOTIFY_TOKEN_REVOKED', 600_000],
    ['a missing scope', new PlatformScopeMissing('scope'), 'SPOTIFY_SCOPE_MISSING', 600_000],
    ['an outage of storage', new StorageUnavailable('KMS'), 'STORAGE_UNAVAILABLE', 5_000],
  ])('as %s', async (_, error, cause, pauseMs) => {
    const { computations, fail } = await aComputation();
    await fail(error);
    expect(await computations.read('ann')).toMatchObject({
      leaseToken: undefined,
      cause,
      retryAtMs: NOON + pauseMs,
    });
    expect(await computations.cooldownUntilMs()).toBe(0);
  });

  test('as a ban of the whole application, after which every user may try', async () => {
    const { computations, fail } = await aComputation();
    await fail(new PlatformRateLimited('429', { retryAfterSeconds: 48_925 }));
    expect(await computations.cooldownUntilMs()).toBe(NOON + 48_925_000);
    expect(await computations.read('ann')).toMatchObject({ leaseToken: undefined, retryAtMs: undefined });
  });

  test('marks the list as stale when the consent was revoked, and for no other cause', async () => {
    const revoked = await aComputation();
    await revoked.fail(new PlatformRevoked('revoked'));
    expect(await revoked.look()).toMatchObject({ state: 'old', stored: { isStale: true } });
    const down = await aComputation();
    await down.fail(new PlatformUnavailable('down'));
    expect(await down.look()).toMatchObject({ state: 'fresh', stored: { isStale: false } });
  });

  test('gives a reservation back before the lease when there is no connection, and deletes no list', async () => {
    const empty = await aComputation({ withList: false });
    await empty.fail(new PlatformNotConnected('none'));
    expect(empty.sent.map((command) => command.constructor.name)).toEqual(['DeleteCommand', 'UpdateCommand']);
    expect(await empty.look()).toMatchObject({ state: 'none', fence: undefined });
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
    await forgetList({ cache, computations }, 'ann');
    expect(await computations.acquire(lease, NOON, NOON + 8_000)).toBe(true);
  });
});
