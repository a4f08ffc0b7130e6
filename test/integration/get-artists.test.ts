import { afterEach, describe, expect, inject, test } from 'vitest';
import { aConnectedUser, aUser, H3, H6 } from '../support/a-user.ts';
import { type HttpReply, http } from '../support/http-client.ts';

const stack = inject('stack');
const connected = (settings?: object) => aConnectedUser(stack, settings);

/** The status stands in the two places that the mobile team reads. */
function expectStatus(reply: HttpReply, status: string, warningCode?: string) {
  expect(reply.status, reply.text).toBe(200);
  expect([reply.json.cache_status, reply.json.data.cache_status]).toEqual([status, status]);
  expect([reply.json.warning_code, reply.json.data.warning_code]).toEqual([warningCode, warningCode]);
  expect(typeof reply.json.warning).toBe(warningCode ? 'string' : 'undefined');
  expect(reply.json.data.warning).toBe(reply.json.warning);
}

function expectFailure(reply: HttpReply, status: number, code: string) {
  expect([reply.status, reply.json?.error?.code], reply.text).toEqual([status, code]);
  expect(reply.json.error.message).toBeTruthy();
  expect(reply.json.error.request_id).toBeTruthy();
}

describe('the first call', () => {
  test('computes the whole list, sorted, and says so', async () => {
    const user = await connected({ artists: 137 });
    const reply = await user.artists('?page=0&limit=100');
    expectStatus(reply, 'fresh');
    const { artists, pagination, cached } = reply.json.data;
    expect(cached).toBe(false);
    expect(pagination).toEqual({ page: 0, limit: 100, total: 137, total_pages: 2, has_next: true });
    const sorted = artists.toSorted(
      (a: { score: number; id: string }, b: { score: number; id: string }) =>
        b.score - a.score || (a.id < b.id ? -1 : 1),
    );
    expect(artists).toEqual(sorted);
    expect(artists.map((artist: { rank: number }) => artist.rank)).toEqual(
      artists.map((_: unknown, i: number) => i + 1),
    );
    expect(reply.headers.get('cache-status')).toBe('artists; fwd=miss; stored');
    expect(reply.headers.get('cache-control')).toBe('private, no-cache');
  });

  test('takes at most 20 calls to Spotify for an ordinary account', async () => {
    const user = await connected({ artists: 137 });
    const before = await user.spotifyCalls();
    await user.artists();
    expect((await user.spotifyCalls()) - before).toBeLessThanOrEqual(20);
  });

  test('without a connection is PLATFORM_NOT_CONNECTED', async () => {
    expectFailure(await (await aUser(stack)).artists(), 409, 'PLATFORM_NOT_CONNECTED');
  });

  test('of an account without artists is an empty list, not an error', async () => {
    const user = await connected({ artists: 0 });
    const reply = await user.artists();
    expectStatus(reply, 'fresh');
    expect(reply.json.data).toMatchObject({
      artists: [],
      pagination: { total: 0, total_pages: 0, has_next: false },
    });
    expect((await user.artists()).json.data.cached).toBe(true);
  });
});

describe('the calls after it', () => {
  test('get every page from the one copy, without a call to Spotify', async () => {
    const user = await connected({ artists: 137 });
    await user.artists();
    const before = await user.spotifyCalls();
    const pages = await Promise.all(
      Array.from({ length: 15 }, (_, page) => user.artists(`?page=${page}&limit=10`)),
    );
    for (const reply of pages) expectStatus(reply, 'fresh');
    expect(pages.every((reply) => reply.json.data.cached)).toBe(true);
    const ids = pages.flatMap((reply) => reply.json.data.artists.map((artist: { id: string }) => artist.id));
    expect([ids.length, new Set(ids).size]).toEqual([137, 137]);
    expect(pages[14]?.json.data).toMatchObject({ artists: [], pagination: { total: 137, has_next: false } });
    expect(await user.spotifyCalls()).toBe(before);
    expect(pages[0]?.headers.get('cache-status')).toMatch(/^artists; hit; ttl=10\d{3}$/);
  });

  test('are answered 304 when nothing changed; the reply that computed says another `cached`', async () => {
    const user = await connected();
    const computed = (await user.artists()).headers.get('etag') ?? '';
    const hit = await user.artists('', { 'if-none-match': computed });
    expect([hit.status, hit.json.data.cached]).toEqual([200, true]);
    const etag = hit.headers.get('etag') ?? '';
    const again = await user.artists('', { 'if-none-match': etag });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    const other = await user.artists('?page=1', { 'if-none-match': etag });
    expect(other.status).toBe(200);
  });
});

describe('a copy older than three hours', () => {
  test('is replaced when Spotify answers', async () => {
    const user = await connected();
    const first = await user.artists();
    await user.age(H3);
    const reply = await user.artists();
    expectStatus(reply, 'fresh');
    expect(reply.json.data.cached).toBe(false);
    expect(reply.headers.get('cache-status')).toBe('artists; fwd=stale; stored');
    expect(reply.headers.get('etag')).not.toBe(first.headers.get('etag'));
  });

  test('is served as fallback_revoked when the consent was revoked, in the words of the mission', async () => {
    const user = await connected();
    const first = await user.artists();
    await user.age(H3 + 412);
    await user.spotify({ mode: 'revoked' });
    const reply = await user.artists();
    expectStatus(reply, 'fallback_revoked', 'SPOTIFY_TOKEN_REVOKED');
    expect(reply.json.warning).toBe('Données du cache utilisées. Reconnectez-vous à Spotify.');
    expect(reply.json.data.artists).toEqual(first.json.data.artists);
    expect(reply.headers.get('cache-status')).toMatch(
      /^artists; hit; ttl=-41\d; detail=SPOTIFY_TOKEN_REVOKED$/,
    );
    expect(Number(reply.headers.get('age'))).toBeGreaterThanOrEqual(H3 + 412);
  });

  test('costs one attempt, however often it is asked for, once the consent was revoked', async () => {
    const user = await connected();
    await user.artists();
    await user.age(H3);
    await user.spotify({ mode: 'revoked' });
    await user.artists();
    const calls = await user.spotifyCalls();
    for (let i = 0; i < 5; i++)
      expectStatus(await user.artists(), 'fallback_revoked', 'SPOTIFY_TOKEN_REVOKED');
    expect(await user.spotifyCalls()).toBe(calls);
  });

  test.each([
    ['down', 'SPOTIFY_UNAVAILABLE'],
    ['html502', 'SPOTIFY_UNAVAILABLE'],
    ['malformed', 'SPOTIFY_UNAVAILABLE'],
    ['forbidden', 'SPOTIFY_UNAVAILABLE'],
    ['unauthorized', 'SPOTIFY_UNAVAILABLE'],
    ['slow', 'REFRESH_IN_PROGRESS'],
  ])('is served as stale when Spotify is %s', async (mode, warningCode) => {
    const user = await connected();
    await user.artists();
    await user.age(H3);
    await user.spotify({ mode });
    expectStatus(await user.artists(), 'stale', warningCode);
  });

  test('is not replaced by half a collection', async () => {
    const user = await connected();
    const first = await user.artists();
    await user.age(H3);
    await user.spotify({ fail_page: 7 });
    const reply = await user.artists();
    expectStatus(reply, 'stale', 'SPOTIFY_UNAVAILABLE');
    expect(reply.json.data.artists).toEqual(first.json.data.artists);
  });
});

describe('at six hours', () => {
  test.each([
    ['revoked', 409, 'SPOTIFY_TOKEN_REVOKED'],
    ['expired', 409, 'SPOTIFY_TOKEN_REVOKED'],
    ['down', 503, 'SPOTIFY_UNAVAILABLE'],
  ])('nothing is served any more: %s is %i %s', async (mode, status, code) => {
    const user = await connected();
    await user.artists();
    await user.age(H6);
    await user.spotify({ mode });
    const reply = await user.artists();
    expectFailure(reply, status, code);
    if (status === 409)
      expect(reply.json.error.details).toEqual([{ action: 'reconnect', platform_slug: 'spotify' }]);
    else expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('forty cold requests at once', () => {
  test('are one computation', async () => {
    const user = await connected({ latency_ms: 50 });
    const before = await user.spotifyCalls();
    const replies = await Promise.all(Array.from({ length: 40 }, () => user.artists()));
    for (const reply of replies) expectStatus(reply, 'fresh');
    expect(replies.filter((reply) => !reply.json.data.cached)).toHaveLength(1);
    expect((await user.spotifyCalls()) - before).toBeLessThanOrEqual(20);
  });
});

describe('while Spotify limits the application', () => {
  afterEach(() => http('POST', `${stack.apiUrl}/_local/forget-cooldown`));

  test('no call is made before Retry-After, and old copies are served', async () => {
    const [limited, other] = [await connected(), await connected()];
    await Promise.all([limited.artists(), other.artists()]);
    await Promise.all([limited.age(H3), other.age(H3)]);
    await limited.spotify({ mode: 'rate_limited', retry_after: 900 });
    expectStatus(await limited.artists(), 'stale', 'SPOTIFY_RATE_LIMITED');
    const calls = await other.spotifyCalls();
    expectStatus(await other.artists(), 'stale', 'SPOTIFY_RATE_LIMITED');
    expect(await other.spotifyCalls()).toBe(calls);
    const cold = await (await aUser(stack)).artists();
    expect([cold.status, cold.json.error.code]).toEqual([503, 'SPOTIFY_RATE_LIMITED']);
    expect(Number(cold.headers.get('retry-after'))).toBeGreaterThan(800);
    await http('POST', `${stack.apiUrl}/_local/forget-cooldown`);
    expectStatus(await other.artists(), 'fresh');
  });

  test('a quota of saved tracks is that bucket’s: others connect, and are shown what the rest gives', async () => {
    const app = (limits: object) => http('PUT', `${stack.spotifyUrl}/_control/app`, { body: limits });
    const first = await connected();
    await app({ quota: { '/v1/me/tracks': 1 } });
    try {
      expect((await first.artists()).status).toBe(503);
      const later = await connected();
      const partial = await later.artists();
      expectStatus(partial, 'stale', 'PARTIAL_LIST');
      expect(partial.json.data.pagination.total).toBeGreaterThan(0);
      expectStatus(await later.artists(), 'stale', 'PARTIAL_LIST');
    } finally {
      await app({});
    }
  });
});
