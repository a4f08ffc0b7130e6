import { describe, expect, inject, test } from 'vitest';
import { aConnectedUser, aToken, aUser, H3, H6 } from '../support/a-user.ts';
import { http } from '../support/http-client.ts';

/* CONTRACT §3, line by line; the table of statuses is in get-artists.test.ts, what invalidates in invalidation.test.ts. */

const stack = inject('stack');
const connected = (settings?: object) => aConnectedUser(stack, settings);
const MONTHS_6 = 182 * 24 * 3_600_000;

describe('GET /api/user/artists', () => {
  test('page defaults to 0 and limit to 10; past the last page: an empty list, the right total', async () => {
    const user = await connected();
    const first = await user.artists();
    expect(first.json.data.pagination).toEqual({
      page: 0,
      limit: 10,
      total: 137,
      total_pages: 14,
      has_next: true,
    });
    const past = await user.artists('?page=9007199254740991&limit=100');
    expect(past.json.data.artists).toEqual([]);
    expect(past.json.data.pagination).toMatchObject({ total: 137, total_pages: 2, has_next: false });
  });

  test('an artist has these fields, and no others', async () => {
    const { artists } = (await (await connected()).artists('?limit=100')).json.data;
    for (const artist of artists) {
      expect(artist).toEqual({
        id: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
        name: expect.any(String),
        image_url:
          artist.image_url === null ? null : expect.stringMatching(/^https:\/\/i\.scdn\.co\/image\//),
        url: `https://open.spotify.com/artist/${artist.id}`,
        genres: [],
        score: expect.any(Number),
        rank: expect.any(Number),
        selected: false,
        platform: 'spotify',
      });
      expect(artist.score).toBe(Math.round(artist.score * 100) / 100);
    }
    expect(artists.some((artist: { image_url: string | null }) => artist.image_url === null)).toBe(true);
  });

  test('genres are there when Spotify tells them', async () => {
    const { artists } = (await (await connected({ shape: 'legacy' })).artists('?limit=100')).json.data;
    expect(artists.some((artist: { genres: string[] }) => artist.genres.length > 0)).toBe(true);
  });

  test('headers: Cache-Control, Age, ETag, Cache-Status, Vary', async () => {
    const user = await connected();
    await user.artists();
    await user.age(100);
    const { headers, json } = await user.artists();
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(headers.get('vary')).toBe('Authorization, Accept-Language, Accept-Encoding');
    expect(headers.get('etag')).toMatch(/^"[\w-]+"$/);
    expect(headers.get('cache-status')).toMatch(/^artists; hit; ttl=10[67]\d\d$/);
    const age = Number(headers.get('age'));
    expect(age).toBeGreaterThanOrEqual(100);
    expect(age - (Date.now() - Date.parse(json.data.cached_at)) / 1000).toBeLessThan(2);
  });

  test('ETag covers list, page, limit, status, warning, language and cached', async () => {
    const user = await connected();
    await user.artists();
    const etag = async (query = '', headers = {}) => (await user.artists(query, headers)).headers.get('etag');
    const tags = [
      await etag(),
      await etag('?page=1'),
      await etag('?limit=5'),
      await etag('', { 'accept-language': 'en' }),
    ];
    await user.age(H3);
    await user.spotify({ mode: 'revoked' });
    tags.push(await etag());
    await user.toggle('70kkdajctXSbqSMJbQO424', true);
    tags.push(await etag());
    await user.disconnect();
    await user.connect();
    // Computed by this request: `cached` says so, and the body of the next differs in it.
    tags.push(await etag());
    tags.push(await etag());
    expect(new Set(tags).size).toBe(tags.length);
    expect(await etag()).toBe(tags.at(-1));
  });

  test('gzip when asked for and worth it', async () => {
    const user = await connected();
    const identity = { 'accept-encoding': 'identity' };
    const plain = await user.artists('?limit=100', identity);
    const zipped = await user.artists('?limit=100', { 'accept-encoding': 'gzip' });
    expect([plain.headers.get('content-encoding'), zipped.headers.get('content-encoding')]).toEqual([
      null,
      'gzip',
    ]);
    expect(zipped.json.data.artists).toEqual(plain.json.data.artists);
  });
});

describe('POST /api/user/artists/toggle', () => {
  test.each([{}, { artist_id: 'short' }, { artist_id: '70kkdajctXSbqSMJbQO42!' }, { artist_id: 7 }])(
    'artist_id is 22 characters of base62, not %j',
    async (body) => {
      const reply = await (await aUser(stack)).call('POST', '/api/user/artists/toggle', { body });
      expect([reply.status, reply.json.error.details[0].field]).toEqual([400, 'artist_id']);
    },
  );
});

describe('POST /api/user/artists/sync', () => {
  test('reads the plays since the last sync, each once, and says so', async () => {
    const user = await connected();
    const first = (await user.sync()).json.data;
    expect(first).toEqual({
      new_plays: 30,
      artists_updated: expect.any(Number),
      synced_at: expect.any(String),
    });
    expect((await user.sync()).json.data).toMatchObject({ new_plays: 0, artists_updated: 0 });
    await http('POST', `${stack.spotifyUrl}/_control/accounts/${user.account}/plays`, { body: { count: 3 } });
    const twice = await Promise.all([user.sync(), user.sync()]);
    expect(twice.reduce((sum, reply) => sum + reply.json.data.new_plays, 0)).toBe(3);
  });

  test('without a connection: PLATFORM_NOT_CONNECTED', async () => {
    const reply = await (await aUser(stack)).sync();
    expect([reply.status, reply.json.error.code]).toEqual([409, 'PLATFORM_NOT_CONNECTED']);
  });
});

describe('GET /api/user/profile', () => {
  test('platforms and the state of the list, without a call to Spotify', async () => {
    const user = await connected();
    await user.artists();
    const calls = await user.spotifyCalls();
    const { data } = (await user.profile()).json;
    const [platform] = data.platforms;
    expect(platform).toMatchObject({
      platform_slug: 'spotify',
      status: 'connected',
      account_id: expect.any(String),
    });
    expect(Date.parse(platform.reauthorize_by) - Date.parse(platform.connected_at)).toBeGreaterThan(
      MONTHS_6 - 3 * 86_400_000,
    );
    expect(data.artists).toEqual({ total: 137, cached_at: expect.any(String), cache_status: 'fresh' });
    expect(await user.spotifyCalls()).toBe(calls);
  });

  test('status: disconnected, connected, revoked', async () => {
    const user = await aUser(stack);
    const status = async () => (await user.profile()).json.data.platforms[0].status;
    expect(await status()).toBe('disconnected');
    await user.connect();
    expect(await status()).toBe('connected');
    await user.spotify({ mode: 'revoked' });
    await user.artists();
    expect(await status()).toBe('revoked');
  });
});

describe('POST /api/user/platforms/connect', () => {
  test('authorization code + PKCE S256 + state, for ten minutes', async () => {
    const body = { platform_slug: 'spotify' };
    const { data } = (await (await aUser(stack)).call('POST', '/api/user/platforms/connect', { body })).json;
    const { searchParams } = new URL(data.authorization_url);
    expect(searchParams.get('response_type')).toBe('code');
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(searchParams.get('state')).toBe(data.state);
    expect(Math.abs(Date.parse(data.expires_at) - Date.now() - 600_000)).toBeLessThan(10_000);
  });

  test('a refusal on the consent page comes back as access_denied', async () => {
    const user = await aUser(stack);
    expect((await user.consent(user.account, 0)).error).toBe('access_denied');
  });
});

describe('POST /api/user/platforms/connect/complete', () => {
  test('answers connected, since when and until when', async () => {
    const user = await aUser(stack);
    const { code, state } = await user.consent();
    expect((await user.complete({ code, state })).json.data).toEqual({
      platform_slug: 'spotify',
      status: 'connected',
      connected_at: expect.any(String),
      reauthorize_by: expect.any(String),
    });
  });
});

describe('GET /api/cache/stats', () => {
  const stats = async (window = '') => {
    const token = await aToken(stack, { user: 'operator', scope: 'cache:stats' });
    return http('GET', `${stack.apiUrl}/api/cache/stats${window}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  };

  test.each(['', '?window=1h', '?window=24h', '?window=7d'])(
    '%s: the parts make the whole, exactly',
    async (window) => {
      const { data } = (await stats(window)).json;
      expect(data.hits + data.misses + data.stale + data.fallback_revoked + data.errors).toBe(data.requests);
      const old = data.stale + data.fallback_revoked;
      const rates = [data.hit_rate, data.miss_rate, data.stale_rate, data.error_rate];
      const parts = [data.hits, data.misses, old, data.errors];
      const expected = parts.map((part) => (data.requests ? part / data.requests : 0));
      for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i] ?? 0);
    },
  );

  test('another window is refused', async () => {
    expect((await stats('?window=2h')).status).toBe(400);
  });
});

describe('the sweep', () => {
  const sweep = async () => (await http('POST', `${stack.apiUrl}/_local/sweep`)).json;

  test('deletes what is older than six hours, and nothing else', async () => {
    const [old, kept] = [await connected(), await connected()];
    await Promise.all([old.artists(), kept.artists()]);
    // Expiry is counted in whole seconds.
    await old.age(H6 + 2);
    await kept.age(H6 - 60);
    const result = await sweep();
    expect(Object.keys(result).sort()).toEqual(['deleted', 'entries', 'stale_entries']);
    expect(result.deleted).toBeGreaterThanOrEqual(1);
    await kept.spotify({ mode: 'down' });
    expect((await kept.artists()).json.cache_status).toBe('stale');
    expect((await old.profile()).json.data.artists).toBeNull();
  });

  test('never deletes an entry that was recomputed meanwhile', async () => {
    const user = await connected();
    await user.artists();
    await user.age(H6 + 2);
    await user.artists();
    await sweep();
    expect((await user.artists()).json.data.cached).toBe(true);
  });
});
