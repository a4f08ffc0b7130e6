import { describe, expect, test } from 'vitest';
import {
  type ArtistsClient,
  isOffline,
  keptPagesKey,
  type PageStorage,
} from '../../../shared/client/index.ts';
import { aClient, examplePages, failed, json, sent } from './a-client.ts';

const page = () => json(examplePages.fresh.value, { headers: { etag: '"one"', age: '10' } });
const unchanged = () => new Response(null, { status: 304, headers: { etag: '"one"', age: '70' } });
const done = () => json({ success: true, data: {} });
const noNetwork = () => new TypeError('fetch failed');

const artists = (api: ArtistsClient, number = 0, headers = {}) =>
  api.GET('/api/user/artists', { params: { query: { page: number } }, headers });

describe('kept pages', () => {
  test('are asked about by their ETag, and read as the 200 that they were', async () => {
    const { api, requests } = aClient([page(), unchanged(), unchanged()], { keptPages: 5 });
    const first = await artists(api);
    const second = await artists(api);
    const third = await artists(api);

    expect(sent(requests, 'if-none-match')).toEqual([null, '"one"', '"one"']);
    expect([second.data, third.data]).toEqual([first.data, first.data]);
    expect([second.response.status, second.response.headers.get('age')]).toEqual([200, '70']);
  });

  test('give way to newer ones', async () => {
    const newer = json(examplePages.stale.value, { headers: { etag: '"two"' } });
    const { api, requests } = aClient([page(), newer, unchanged()], { keptPages: 5 });
    await artists(api);
    expect((await artists(api)).data?.cache_status).toBe('stale');
    await artists(api);
    expect(requests[2]?.headers.get('if-none-match')).toBe('"two"');
  });

  test('are told apart by page, and the one not used for longest goes', async () => {
    const { api, requests } = aClient([page(), page(), unchanged(), page(), page()], { keptPages: 2 });
    for (const number of [0, 1, 0, 2, 1]) await artists(api, number);
    expect(sent(requests, 'if-none-match')).toEqual([null, null, '"one"', null, null]);
  });

  test('are not kept unless asked for', async () => {
    const { api, requests } = aClient([page(), page()]);
    await artists(api);
    await artists(api);
    expect(requests[1]?.headers.has('if-none-match')).toBe(false);
  });
});

/** As AsyncStorage is: asynchronous, and text alone. */
function aStorage(): PageStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async (key) => void items.delete(key),
  };
}

const cachedAtMs = Date.parse(examplePages.fresh.value.data.cached_at);
const HOUR_MS = 3_600_000;

/** An app that begins anew: nothing in memory, what was stored is still there. */
function anApp(replies: (Response | Error)[], storage: PageStorage, { user = 'alice', hours = 1 } = {}) {
  const nowMs = () => cachedAtMs + hours * HOUR_MS;
  return aClient(replies, { keptPages: 5, keptIn: { storage, user }, nowMs });
}

describe('pages in a storage', () => {
  test('are there offline when the app begins anew, and say so', async () => {
    const storage = aStorage();
    await artists(anApp([page()], storage).api);
    const { data, response } = await artists(anApp([noNetwork()], storage).api);

    expect(data).toEqual(examplePages.fresh.value);
    expect([isOffline(response), response.headers.get('age')]).toEqual([true, '3600']);
  });

  test('are only asked about while there is a network, and do not take its word for offline', async () => {
    const storage = aStorage();
    await artists(anApp([page()], storage).api);
    const { api, requests } = anApp([noNetwork(), unchanged()], storage);
    await artists(api);
    const online = await artists(api);

    expect(sent(requests, 'if-none-match')).toEqual(['"one"', '"one"']);
    expect([isOffline(online.response), online.response.headers.get('age')]).toEqual([false, '70']);
  });

  test('are shown for six hours and no longer, as by the service', async () => {
    const storage = aStorage();
    await artists(anApp([page()], storage).api);
    const justUsable = { hours: 6 - 1 / HOUR_MS };
    expect((await artists(anApp([noNetwork()], storage, justUsable).api)).data).toBeDefined();
    await expect(artists(anApp([noNetwork()], storage, { hours: 6 }).api)).rejects.toThrow('fetch failed');
  });

  test('are never shown to another user', async () => {
    const storage = aStorage();
    await artists(anApp([page()], storage).api);
    const other = anApp([noNetwork()], storage, { user: 'bob' });
    await expect(artists(other.api)).rejects.toThrow('fetch failed');
    expect([...storage.items.keys()]).toEqual([keptPagesKey('alice')]);
  });

  test.each<[string, (api: ArtistsClient) => Promise<unknown>, Response]>([
    ['a toggle', (api) => api.POST('/api/user/artists/toggle', { body: { artist_id: 'x' } }), done()],
    [
      'a disconnection',
      (api) => api.POST('/api/user/platforms/disconnect', { body: { platform_slug: 'spotify' } }),
      done(),
    ],
    [
      'a connection',
      (api) =>
        api.POST('/api/user/platforms/connect/complete', {
          body: { platform_slug: 'spotify', code: 'c', state: 's' },
        }),
      done(),
    ],
    ['a disconnection elsewhere', (api) => artists(api), failed('PLATFORM_NOT_CONNECTED', 409)],
  ])('are gone after %s', async (_, call, reply) => {
    const storage = aStorage();
    const { api } = anApp([page(), reply, noNetwork()], storage);
    await artists(api);
    await call(api);

    await expect(artists(api)).rejects.toThrow('fetch failed');
    expect(storage.items.size).toBe(0);
  });

  test('are not brought back by a reply that was under way when they were ended', async () => {
    const storage = aStorage();
    let answer: (response: Response) => void = () => undefined;
    const { api } = aClient([], {
      keptPages: 5,
      keptIn: { storage, user: 'alice' },
      fetch: ({ method }) =>
        method === 'POST'
          ? Promise.resolve(done())
          : new Promise((resolve) => {
              answer = resolve;
            }),
    });
    const read = artists(api);
    await expect.poll(() => answer.name).not.toBe('answer');
    await api.POST('/api/user/platforms/disconnect', { body: { platform_slug: 'spotify' } });
    answer(page());

    expect((await read).data).toBeDefined();
    expect(storage.items.size).toBe(0);
  });

  test('are not given to a call that was given up', async () => {
    const storage = aStorage();
    const { api } = anApp([page(), page()], storage);
    await artists(api);
    const signal = AbortSignal.abort(new Error('left the screen'));
    const params = { query: { page: 0 } };
    const call = api.GET('/api/user/artists', { params, signal });
    await expect(call).rejects.toThrow('left the screen');
  });

  test('cost the copy and never the reply when the storage fails or holds nonsense', async () => {
    const broken: PageStorage = {
      getItem: () => 'no json',
      setItem: () => {
        throw new Error('quota exceeded');
      },
      removeItem: () => Promise.reject(new Error('no disk')),
    };
    const { api } = anApp([page(), done()], broken);
    expect((await artists(api)).response.status).toBe(200);
    const { response } = await api.POST('/api/user/platforms/disconnect', {
      body: { platform_slug: 'spotify' },
    });
    expect(response.status).toBe(200);
  });
});
