import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { cachedArtists } from '../../../shared/cache/cached-artists.ts';
import { createComputationStore } from '../../../shared/cache/computation-store.ts';
import { entryKey } from '../../../shared/cache/keys.ts';
import { systemClock } from '../../../shared/clock.ts';
import { SPOTIFY_PLATFORM } from '../../../shared/spotify-platform.ts';
import { createDocumentClient } from '../../../shared/storage/document-client.ts';
import { PAGE_LIMIT, type Subject } from '../subject.ts';
import { tableNamed } from './tables.ts';

const table = tableNamed('CACHE_TABLE');
const WINDOWS = { freshMs: 3 * 3_600_000, keepMs: 6 * 3_600_000 };
const REQUEST_MS = 25_000;

const cache = createArtistsCache({ db: createDocumentClient(), table, windows: WINDOWS });

export const ours: Subject = {
  name: 'this cache',
  table,
  key: entryKey,

  async set(user, artists) {
    const nowMs = systemClock.nowMs();
    const { fence = '', stored } = await cache.get(user, 0, 1, nowMs);
    const result = await cache.set(user, { artists, computedAtMs: nowMs }, { fence, stored });
    if (!result.stored) throw new Error('the list was not stored');
  },

  async page(user, page) {
    const found = await cache.get(user, page, PAGE_LIMIT, systemClock.nowMs());
    if (found.state !== 'fresh') throw new Error(`the list is ${found.state}`);
    return found.copy.artists;
  },

  instance(load, windows) {
    const db = createDocumentClient();
    const own = createArtistsCache({ db, table, windows });
    const deps = {
      cache: own,
      computations: createComputationStore({ db, table }),
      bans: createBanStore({ db, table }),
      platform: SPOTIFY_PLATFORM,
      admit: async () => true,
      clock: systemClock,
      observe: () => undefined,
      retryMs: 30_000,
      readSelection: async () => ({ selected: new Set<string>(), revision: '' }),
      handOff: async () => undefined,
    };
    const compute = async () => ({
      computedAtMs: systemClock.nowMs(),
      artists: await load(),
      answered: new Set<string>(),
    });
    return {
      async get(userId) {
        const deadlineMs = systemClock.nowMs() + REQUEST_MS;
        const request = { userId, page: 0, limit: PAGE_LIMIT, deadlineMs };
        return (await cachedArtists(deps, request, compute)).copy.artists;
      },
      async invalidate(userId) {
        await own.invalidateUser(userId, systemClock.nowMs());
      },
    };
  },
};
