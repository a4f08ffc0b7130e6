import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createAdmit } from '../../shared/cache/admission.ts';
import { createArtistsCache } from '../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../shared/cache/ban-store.ts';
import { createComputationStore } from '../../shared/cache/computation-store.ts';
import { SPOTIFY_PLATFORM } from '../../shared/spotify-platform.ts';
import { NOON } from './a-clock.ts';
import { TABLES } from './dynalite.ts';
import { createFakeTables } from './fake-tables.ts';
import { realisticArtists } from './realistic-artists.ts';

const HOUR_MS = 3_600_000;
export const RETRY_MS = 30_000;
/** Where the platform answers a computation. */
export const ANSWERED: ReadonlySet<string> = new Set(['token', 'top', 'tracks', 'following']);

/** The cache over a store, by default a fake one of its own. */
export function aCache(db: DynamoDBDocumentClient = createFakeTables().db) {
  const windows = { freshMs: 3 * HOUR_MS, keepMs: 6 * HOUR_MS };
  const cache = createArtistsCache({ db, table: TABLES.cache, windows });
  const computations = createComputationStore({ db, table: TABLES.cache });
  const bans = createBanStore({ db, table: TABLES.cache });
  const admit = createAdmit({ db, table: TABLES.cache, keepMs: windows.keepMs });
  return {
    db,
    admit,
    cache,
    computations,
    bans,
    platform: SPOTIFY_PLATFORM,
    observe: () => undefined,
    /** Stores a list for the user, that old at noon; returns its fence. */
    async storeList(userId: string, ageMs = 0): Promise<string> {
      const { fence } = await cache.get(userId, 0, 1, NOON);
      const list = { artists: realisticArtists(3), computedAtMs: NOON - ageMs };
      const result = await cache.set(userId, list, { fence });
      if (!result.stored) throw new Error('the list was refused');
      return result.fence;
    },
  };
}
