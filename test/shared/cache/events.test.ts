import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toggleArtist } from '../../../shared/artists/selection.ts';
import { createAdmit } from '../../../shared/cache/admission.ts';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import { createComputationStore, type Lease } from '../../../shared/cache/computation-store.ts';
import { NO_FENCE, type StoredList } from '../../../shared/cache/entry.ts';
import type { CacheEvent } from '../../../shared/cache/events.ts';
import { refresh as finish } from '../../../shared/cache/hand-off.ts';
import { cooldownKey } from '../../../shared/cache/keys.ts';
import { PlatformRateLimited, PlatformRevoked, PlatformUnavailable } from '../../../shared/errors.ts';
import { SPOTIFY_PLATFORM } from '../../../shared/spotify-platform.ts';
import { aClock } from '../../support/a-clock.ts';
import { HOUR, WINDOWS } from '../../support/a-recorder.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { aUser } from '../../support/service.ts';

let dynamo: TestDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
// A cool-down is everybody's, also other tests'.
afterEach(() => dynamo.db.send(new DeleteCommand({ TableName: dynamo.tables.cache, Key: cooldownKey })));
afterAll(() => dynamo.close());

const ARTISTS = realisticArtists(20);

/** A user of the cache, a platform that does as told, and what the observer hears. */
function aStory() {
  const clock = aClock();
  const userId = aUser();
  const table = dynamo.tables.cache;
  const cache = createArtistsCache({ db: dynamo.db, table, windows: WINDOWS });
  const computations = createComputationStore({ db: dynamo.db, table });
  // Sleeping takes no time on the test's clock: a computation's watchers would run at once.
  const patient = { ...clock, sleep: () => new Promise<never>(() => undefined) };
  const bans = createBanStore({ db: dynamo.db, table });
  const heard: CacheEvent[] = [];
  const observe = (event: CacheEvent) => void heard.push(event);
  const stores = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock: patient, observe };
  const deps = { ...stores, retryMs: 30_000 };
  let failure: Error | undefined;
  const compute = async () => {
    clock.advance(2_000);
    if (failure) throw failure;
    return { artists: ARTISTS, computedAtMs: clock.nowMs(), answered: new Set(['top']) };
  };
  const readSelection = async () => ({ selected: new Set<string>(), revision: 'none' });
  const admit = createAdmit({ db: dynamo.db, table, keepMs: WINDOWS.keepMs });
  const asking = { ...deps, admit, handOff: async () => undefined, readSelection };
  return {
    clock,
    cache,
    computations,
    bans,
    userId,
    observe,
    /** Asks for the first page; returns the names of what was heard of it. */
    async ask(): Promise<string[]> {
      heard.length = 0;
      const request = { userId, page: 0, limit: 10, deadlineMs: clock.nowMs() + 29_000 };
      await cachedArtists(asking, request, compute).catch(() => undefined);
      return heard.map(({ name }) => name);
    },
    refresh: (handed: Lease) => finish(deps, { handed, deadlineMs: clock.nowMs() + 900_000 }, compute),
    platformFails(error: Error | undefined) {
      failure = error;
    },
    heard,
  };
}

describe('what is told of a request', () => {
  it('is one outcome a request: the list is computed, then served', async () => {
    const { ask, heard } = aStory();
    expect(await ask()).toEqual(['computed', 'stored', 'miss']);
    expect(heard[0]).toEqual({ name: 'computed', ms: 2_000 });
    expect(heard[1]).toMatchObject({ list: { isStale: false }, replaced: undefined });
    expect(await ask()).toEqual(['hit']);
  });

  it('names the list that a new one replaced', async () => {
    const { ask, heard, clock } = aStory();
    await ask();
    const [, first] = [...heard];
    clock.advance(4 * HOUR);
    expect(await ask()).toEqual(['computed', 'stored', 'miss']);
    const { generation } = (first as { list: StoredList }).list;
    expect(heard[1]).toMatchObject({ replaced: { generation } });
  });

  it('is an error, then an old copy, while the platform is down', async () => {
    const { ask, platformFails, clock, heard } = aStory();
    platformFails(new PlatformUnavailable('down'));
    expect(await ask()).toEqual(['error']);
    expect(heard[0]).toEqual({ name: 'error', code: 'SPOTIFY_UNAVAILABLE' });
    platformFails(undefined);
    clock.advance(60_000);
    await ask();
    clock.advance(4 * HOUR);
    platformFails(new PlatformUnavailable('down'));
    expect(await ask()).toEqual(['stale']);
    expect(await ask()).toEqual(['stale']);
  });

  it('marks the list as stale when consent was revoked', async () => {
    const { ask, cache, userId, platformFails, clock } = aStory();
    await ask();
    clock.advance(4 * HOUR);
    platformFails(new PlatformRevoked('revoked'));
    expect(await ask()).toEqual(['fallback-revoked']);
    expect(await cache.get(userId, 0, 10, clock.nowMs())).toMatchObject({ stored: { isStale: true } });
    expect(await ask()).toEqual(['fallback-revoked']);
    clock.advance(11 * 60_000);
    expect(await ask()).toEqual(['fallback-revoked']);
  });

  it('tells of a cool-down when it begins', async () => {
    const { ask, platformFails, bans, clock } = aStory();
    platformFails(new PlatformRateLimited('slow down', { retryAfterSeconds: 60 }));
    expect(await ask()).toEqual(['cooldown-started', 'error']);
    expect(await ask()).toEqual(['error']);
    expect((await bans.read(clock.nowMs())).get('all')?.untilMs).toBeGreaterThan(clock.nowMs());
    clock.advance(61_000);
    platformFails(undefined);
    expect(await ask()).toEqual(['computed', 'stored', 'miss']);
  });
});

describe('what is told beside requests for pages', () => {
  it('a toggle is told of with and without a list', async () => {
    const { ask, cache, clock, userId, observe, heard } = aStory();
    await ask();
    const artistId = ARTISTS[0]?.id ?? '';
    let revision = 0;
    const selections = { set: async () => ({ selected: true, revision: `${revision++}` }) } as never;
    const toggle = async () => {
      heard.length = 0;
      await toggleArtist({ cache, selections, observe }, userId, artistId, true, clock.nowMs());
      return heard.map(({ name }) => name);
    };
    expect(await toggle()).toEqual(['toggled']);
    expect(await toggle()).toEqual(['toggled']);
    await cache.invalidateUser(userId, clock.nowMs());
    expect(await toggle()).toEqual(['toggled']);
  });

  it('a computation that was handed over is no request', async () => {
    const { computations, userId, clock, refresh, heard } = aStory();
    const lease = { userId, token: 'handed', fence: NO_FENCE };
    await computations.acquire(lease, clock.nowMs(), clock.nowMs() + 30_000);
    expect(await refresh(lease)).toBe('stored');
    expect(heard.map(({ name }) => name)).toEqual(['computed', 'stored']);
  });
});
