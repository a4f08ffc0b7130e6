import { BentoCache, bentostore } from 'bentocache';
import { dynamoDbDriver } from 'bentocache/drivers/dynamodb';
import type { Artist } from '../../../shared/artist.ts';
import { PAGE_LIMIT, type Subject } from '../subject.ts';
import { tableNamed } from './tables.ts';

const table = tableNamed('BENTO_TABLE');
const HOUR_MS = 3_600_000;

/** DynamoDB alone: a memory in front of it would answer with what another instance has invalidated. */
const createCache = () =>
  new BentoCache({
    default: 'lists',
    stores: {
      // Region, credentials and endpoint from the environment, as everybody here.
      lists: bentostore().useL2Layer(dynamoDbDriver({ table: { name: table } } as never)),
    },
  });

const cache = createCache();

export const bentocache: Subject = {
  name: 'bentocache, its DynamoDB driver',
  table,
  key: (user) => ({ key: `bentocache:${user}` }),

  async set(user, artists) {
    await cache.set({ key: user, value: artists, ttl: 3 * HOUR_MS, grace: 6 * HOUR_MS });
  },

  async page(user, page) {
    const artists = await cache.get<readonly Artist[]>({ key: user });
    if (!artists) throw new Error('no list');
    return artists.slice(page * PAGE_LIMIT, (page + 1) * PAGE_LIMIT);
  },

  instance(load, { freshMs, keepMs }) {
    const own = createCache();
    const loaded = { ttl: freshMs, grace: keepMs, factory: () => load() };
    return {
      get: async (user) => (await own.getOrSet({ key: user, ...loaded })).slice(0, PAGE_LIMIT),
      invalidate: async (user) => void (await own.delete({ key: user })),
    };
  },
};
