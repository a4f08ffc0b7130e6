import { type CacheEntry, cachified as load } from '@epic-web/cachified';
import type { Artist } from '../../../shared/artist.ts';
import { type Instance, type Load, PAGE_LIMIT, type Subject } from '../subject.ts';
import { createKeyv } from './keyv-dynamo.ts';
import { tableNamed } from './tables.ts';

const HOUR_MS = 3_600_000;
const keyOf = (user: string) => `cachified:${user}`;

function createCache() {
  const keyv = createKeyv();
  return {
    get: (key: string) => keyv.get<CacheEntry<readonly Artist[]>>(key),
    set: (key: string, entry: CacheEntry<readonly Artist[]>) => keyv.set(key, entry),
    delete: (key: string) => keyv.delete(key),
  };
}

const cache = createCache();
const never: Load = async () => {
  throw new Error('no list');
};

export const cachified: Subject = {
  name: 'cachified, keyv for DynamoDB',
  table: tableNamed('KEYV_TABLE'),
  key: (user) => ({ id: keyOf(user) }),

  async set(user, artists) {
    await load({ key: keyOf(user), cache, ttl: 3 * HOUR_MS, getFreshValue: () => artists, forceFresh: true });
  },

  async page(user, page) {
    const artists = await load({ key: keyOf(user), cache, ttl: 3 * HOUR_MS, getFreshValue: never });
    return artists.slice(page * PAGE_LIMIT, (page + 1) * PAGE_LIMIT);
  },

  instance(getFreshValue, { freshMs, keepMs }): Instance {
    const own = createCache();
    const options = { cache: own, ttl: freshMs, swr: keepMs, getFreshValue };
    return {
      get: async (user) => (await load({ key: keyOf(user), ...options })).slice(0, PAGE_LIMIT),
      invalidate: async (user) => void (await own.delete(keyOf(user))),
    };
  },
};
