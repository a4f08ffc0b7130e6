import { describe, expect, onTestFinished, test } from 'vitest';
import { apiError, html } from '../../infra/local/spotify/replies.ts';
import { HEAVY, HUGE, ORDINARY } from '../support/crowd.ts';
import { startServiceInTime } from '../support/service-in-time.ts';
import { type Bend, bendJson, bendPath } from '../support/spotify-in-memory.ts';

const HOUR = 3_600_000;
const TOP = '/v1/me/top/artists';
const FOLLOWED = '/v1/me/following';
const SAVED = '/v1/me/tracks';
const FRESH = { cacheStatus: 'fresh', cached: false };
const UNAVAILABLE = { code: 'SPOTIFY_UNAVAILABLE', status: 503 };

function start() {
  const service = startServiceInTime();
  onTestFinished(service.end);
  return service;
}

describe('one odd item does not cost the user the list', () => {
  test.each<[string, Bend, number]>([
    [
      'null among followed artists',
      bendJson(FOLLOWED, (body) => void body.artists.items.splice(3, 1, null)),
      1,
    ],
    ['null among top artists', bendJson(TOP, (body) => void body.items.splice(3, 1, null)), 5],
    ['a saved item that is null', bendJson(SAVED, (body) => void body.items.splice(3, 1, null)), 3],
    ['a saved episode', bendJson(SAVED, (body) => void delete body.items[3].track.artists), 3],
    ['a number among top artists', bendJson(TOP, (body) => void body.items.splice(0, 1, 7)), 5],
    [
      'a list among followed artists',
      bendJson(FOLLOWED, (body) => void body.artists.items.splice(0, 1, [])),
      1,
    ],
    [
      'a name of another kind',
      bendJson(TOP, (body) => void Object.assign(body.items[1], { name: { text: 'x' } })),
      5,
    ],
  ])('%s', async (_, bend, skipped) => {
    const service = start();
    const user = await service.connected('alice');
    service.spotify.bend(bend);
    const answer = await user.artists();
    expect(answer).toMatchObject(FRESH);
    expect(answer.copy.total).toBeGreaterThanOrEqual(130);
    expect(service.lastUsage()).toMatchObject({ skipped, failures: 0 });
  });

  test('nor a sync the other plays', async () => {
    const service = start();
    const user = await service.connected('alice');
    const odd = [null, {}, { played_at: 'yesterday' }];
    service.spotify.bend(bendJson('/v1/me/player/recently-played', (body) => void body.items.push(...odd)));
    expect(await user.sync()).toMatchObject({ newPlays: 30 });
  });

  test('nor do many, of all kinds, in every list', async () => {
    const service = start();
    const user = await service.connected('alice', { oddities: true, artists: 300 });
    expect(await user.artists()).toMatchObject({ ...FRESH, copy: { total: 300 } });
    expect(service.lastUsage()?.skipped).toBeGreaterThan(20);
  });
});

describe('a list that is cut short is whole, or not fresh', () => {
  /** Pages of that many, whatever was asked; `told` changes what the page says of itself. */
  const pagesOf =
    (max: number, told: (page: Record<string, unknown>) => void = () => undefined): Bend =>
    async (call, pass) => {
      const reply = await pass();
      if ((call.path !== TOP && call.path !== SAVED) || reply.status !== 200) return reply;
      const page = JSON.parse(reply.body);
      const end = page.offset + max;
      page.next = end < page.total ? `https://spotify.test${call.path}?offset=${end}&limit=${max}` : null;
      Object.assign(page, { items: page.items.slice(0, max), limit: max });
      told(page);
      return { ...reply, body: JSON.stringify(page) };
    };

  async function read(bend: Bend) {
    const service = start();
    const user = await service.connected('alice', { artists: 120 });
    service.spotify.bend(bend);
    return user.artists().catch((error: unknown) => error);
  }

  test.each<[string, Bend]>([
    ['pages of 20, told by `limit` and `next`', pagesOf(20)],
    ['told by `next` alone', pagesOf(20, (page) => void delete page.limit)],
    ['told by `limit` alone', pagesOf(20, (page) => Object.assign(page, { next: null }))],
    ['told by the items alone', pagesOf(20, (page) => void Object.assign(page, { limit: 50, next: null }))],
    [
      'the limit lowered without notice: 400',
      (call, pass) =>
        Number(call.query.get('limit')) > 20 ? apiError(400, 'Invalid limit') : pagesOf(20)(call, pass),
    ],
    [
      'an empty page with a link to the next, followed artists',
      bendJson(FOLLOWED, (body, call) => {
        if (call.query.has('after')) return;
        const [first] = body.artists.items;
        Object.assign(body.artists, { items: [], next: 'https://x.test/?after=', cursors: { after: null } });
        body.artists.next += first.id;
      }),
    ],
  ])('%s', async (_, bend) => {
    const answer = (await read(bend)) as { cacheStatus?: string; copy?: { total: number } };
    if (answer.cacheStatus === 'fresh') expect(answer.copy?.total).toBeGreaterThanOrEqual(119);
    else expect(answer).toMatchObject(UNAVAILABLE);
  });

  test.each<[string, Bend]>([
    [
      'an empty page in the middle',
      bendJson(SAVED, (body, call) => {
        if (call.query.get('offset') === '50') body.items = [];
      }),
    ],
    ['a page of another offset', bendJson(SAVED, (body) => Object.assign(body, { offset: 0 }))],
    [
      'a whole page missing at the end',
      bendJson(TOP, (body) => Object.assign(body, { total: body.total + 60 })),
    ],
  ])('not fresh: %s', async (_, bend) => {
    expect(await read(bend)).toMatchObject(UNAVAILABLE);
  });

  test('fresh: the last page one item short', async () => {
    const isShort = bendJson(SAVED, (body, call) => {
      if (call.query.get('offset') === '100') body.items.pop();
    });
    expect(await read(isShort)).toMatchObject({ ...FRESH, copy: { total: 120 } });
  });
});

describe('calls of Spotify', () => {
  test.each([
    ['ordinary', ORDINARY, 12],
    ['recorded', HEAVY, 30],
    ['huge', HUGE, 30],
    ['one that follows many', { top: 198, followed: 1_100, saved: 0 }, 30],
  ])('of an account that is %s, cold and renewed, at 450 ms a call, begun once', async (_, sizes, budget) => {
    const service = start();
    const user = await service.connected('alice', { ...sizes, latency_ms: 450 });
    await user.artists().catch(() => undefined);
    await service.settled();
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh' });
    expect(user.calls().length).toBeLessThanOrEqual(budget);
    expect(user.calls('/api/token')).toHaveLength(1);
    service.advance(3 * HOUR);
    const renewedMs = service.clock.nowMs();
    await user.artists();
    await service.settled();
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh', cached: true });
    expect(user.calls('', renewedMs).length).toBeLessThanOrEqual(budget);
    expect(user.calls('/api/token', renewedMs)).toHaveLength(1);
  });

  test('of a renewal that is known to take long are not the request’s: it is handed over before the first', async () => {
    const service = start();
    const user = await service.connected('alice', { ...HUGE, latency_ms: 1_000 });
    await user.artists().catch(() => undefined);
    await service.settled();
    service.advance(4 * HOUR);
    const [beganMs, answer] = [service.clock.nowMs(), await user.artists()];
    expect(answer).toMatchObject({ cacheStatus: 'stale', warningCode: 'REFRESH_IN_PROGRESS' });
    expect(service.clock.nowMs()).toBe(beganMs);
    await service.settled();
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh', cached: true });
  });
});

describe('an optional list that fails for this account, always', () => {
  /** What it is given at each try, as far apart as it is told to wait. */
  async function tries(bend: Bend, times: number) {
    const service = start();
    const user = await service.connected('alice');
    service.spotify.bend(bend);
    const given: string[] = [];
    for (let i = 0; i < times; i += 1) {
      const answer = await user.artists().catch((error: { code: string }) => error);
      given.push('code' in answer ? answer.code : (answer.warningCode ?? answer.cacheStatus));
      await service.pass(45 * 60_000);
    }
    return { service, user, given };
  }
  const partly = ['SPOTIFY_UNAVAILABLE', 'SPOTIFY_UNAVAILABLE', 'SPOTIFY_UNAVAILABLE', 'PARTIAL_LIST'];

  test.each<[string, Bend]>([
    ['saved tracks, 502', bendPath(SAVED, html(502, 'Bad gateway'))],
    ['saved tracks, 500 as JSON', bendPath(SAVED, apiError(500, 'Server error'))],
    ['followed artists, 502', bendPath(FOLLOWED, html(502, 'Bad gateway'))],
    ['followed artists, nonsense', bendPath(FOLLOWED, html(200, 'oops'))],
    ['saved tracks, a later page', (call, pass) => (call.query.get('offset') === '100' ? 'cut' : pass())],
  ])('%s: after three tries a list without it, never fresh', async (_, bend) => {
    const { given, service, user } = await tries(bend, 4);
    expect(given).toEqual(partly);
    service.spotify.bend();
    expect(await user.artists()).toMatchObject(FRESH);
  });

  test.each<[string, Bend]>([
    ['all lists', (call, pass) => (call.path === '/api/token' ? pass() : html(502, 'Bad gateway'))],
    ['top artists', bendPath(TOP, html(502, 'Bad gateway'))],
    ['the token endpoint', bendPath('/api/token', html(502, 'Bad gateway'))],
    [
      'first saved tracks, then all',
      (call, pass) => (call.path === SAVED || call.path === TOP ? 'cut' : pass()),
    ],
  ])('is none where it is an outage: %s', async (_, bend) => {
    const { given, service, user } = await tries(bend, 5);
    expect(new Set(given)).toEqual(new Set(['SPOTIFY_UNAVAILABLE']));
    service.spotify.bend();
    expect(await user.artists()).toMatchObject(FRESH);
  });

  test('does not take the place of a copy that can be used', async () => {
    const service = start();
    const user = await service.connected('alice');
    await user.artists();
    service.advance(4 * HOUR);
    service.spotify.bend(bendPath(SAVED, html(502, 'Bad gateway')));
    for (let i = 0; i < 4; i += 1) {
      expect(await user.artists()).toMatchObject({
        cacheStatus: 'stale',
        warningCode: 'SPOTIFY_UNAVAILABLE',
      });
      await service.pass(10 * 60_000);
    }
  });
});
