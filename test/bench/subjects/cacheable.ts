import { Cacheable } from 'cacheable';
import type { Artist } from '../../../shared/artist.ts';
import { PAGE_LIMIT, type Subject } from '../subject.ts';
import { createKeyv } from './keyv-dynamo.ts';
import { tableNamed } from './tables.ts';

const HOUR_MS = 3_600_000;
const keyOf = (user: string) => `cacheable:${user}`;

/** DynamoDB alone: a memory in front of it would answer with what another instance has invalidated. */
const createCache = () => new Cacheable({ primary: createKeyv() });

const cache = createCache();

export const cacheable: Subject = {
  name: 'cacheable, keyv for DynamoDB',
  table: tableNamed('KEYV_TABLE'),
  key: (user) => ({ id: keyOf(user) }),

  async set(user, artists) {
    await cache.set(keyOf(user), artists, 3 * HOUR_MS);
  },

  async page(user, page) {
    const artists = await cache.get<readonly Artist[]>(keyOf(user));
    if (!artists) throw new Error('no list');
    return artists.slice(page * PAGE_LIMIT, (page + 1) * PAGE_LIMIT);
  },

  instance(load, { freshMs }) {
    const own = createCache();
    return {
      async get(user) {
        const artists = await own.getOrSet(keyOf(user), load, { ttl: freshMs, throwErrors: true });
        if (!artists) throw new Error('no list');
        return artists.slice(0, PAGE_LIMIT);
      },
      invalidate: async (user) => void (await own.delete(keyOf(user))),
    };
  },
};
