import { describe, expect, onTestFinished, test } from 'vitest';
import { apiError, type Reply } from '../../infra/local/spotify/replies.ts';
import { NOON } from '../support/a-clock.ts';
import { ORDINARY, serveCrowd } from '../support/crowd.ts';
import { startServiceInTime, type UserInTime } from '../support/service-in-time.ts';
import { bendPath, limited } from '../support/spotify-in-memory.ts';

const HOUR = 3_600_000;
const TOP = '/v1/me/top/artists';
const SAVED = '/v1/me/tracks';
const TOKEN = '/api/token';
/** A ban is written a second longer than Spotify says: that many who meet it need not all write it. */
const MARGIN_MS = 1_000;
const RATE_LIMITED = { code: 'SPOTIFY_RATE_LIMITED', status: 503 };

function start() {
  const service = startServiceInTime();
  onTestFinished(service.end);
  return service;
}

/** A user whose list is four hours old. */
async function withOldList(service: ReturnType<typeof start>, id: string): Promise<UserInTime> {
  const user = await service.connected(id);
  await user.artists();
  service.advance(4 * HOUR);
  return user;
}

describe('a quota that is used up', () => {
  const quotaOf = (path: string) => bendPath(path, limited({ 'retry-after': '48925' }, 'QUOTA_EXCEEDED'));

  test.each([
    [SAVED, { warningCode: 'PARTIAL_LIST' }],
    ['/v1/me/following', { warningCode: 'PARTIAL_LIST' }],
    [TOP, RATE_LIMITED],
    ['/v1/me/player/recently-played', { cacheStatus: 'fresh' }],
    ['/v1/me', { cacheStatus: 'fresh' }],
  ])('of %s is its own: others connect and get what the rest gives', async (path, got) => {
    const service = start();
    const [first, other] = [await service.connected('first'), await service.connected('other')];
    service.spotify.bend(quotaOf(path));
    await first.artists().catch(() => undefined);
    await first.sync().catch(() => undefined);
    expect(await other.artists().catch((error: unknown) => error)).toMatchObject(got);
    const connecting = service.connected('later').then(
      () => 'connected',
      () => 'refused',
    );
    expect(await connecting).toBe(path === '/v1/me' ? 'refused' : 'connected');
    const syncs = path !== '/v1/me/player/recently-played';
    if (syncs) expect(await other.sync()).toMatchObject({ newPlays: 30 });
    else await expect(other.sync()).rejects.toMatchObject({ ...RATE_LIMITED, retryAfterSeconds: 48_926 });
  });

  test('of saved tracks refuses nobody who can do without them, when two find it over at once', async () => {
    const service = start();
    const users = [await service.connected('alice'), await service.connected('bob')];
    const first = await service.connected('first');
    service.spotify.bend(bendPath(SAVED, limited({ 'retry-after': '5' }, 'QUOTA_EXCEEDED')));
    await first.artists().catch(() => undefined);
    service.spotify.bend();
    await service.pass(60_000);
    const answers = await service.until(Promise.all(users.map((user) => user.artists())));
    expect(answers.map(({ warningCode }) => warningCode).toSorted()).toEqual(['PARTIAL_LIST', undefined]);
  });

  test('of saved tracks leaves old copies as they are, and costs no call until it ends', async () => {
    const service = start();
    const user = await withOldList(service, 'alice');
    service.spotify.bend(quotaOf(SAVED));
    expect(await user.artists()).toMatchObject({ cacheStatus: 'stale', warningCode: 'SPOTIFY_RATE_LIMITED' });
    const calls = user.calls().length;
    await service.pass(HOUR);
    expect(await user.artists()).toMatchObject({ cacheStatus: 'stale' });
    expect(user.calls()).toHaveLength(calls);
    service.spotify.bend();
    await service.pass(13 * HOUR);
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh' });
  });
});

describe('told to wait, one user asks again and again for 30 s', () => {
  /** How many computations it begins, and after how long the first call of the second came. */
  async function begunIn30s(service: ReturnType<typeof start>, user: UserInTime) {
    const beganMs = service.clock.nowMs();
    for (let i = 0; i < 100; i += 1) {
      expect(await user.artists()).toMatchObject({ cacheStatus: 'stale' });
      await service.pass(300);
    }
    return user.calls(TOKEN, beganMs).map(({ atMs }) => atMs - beganMs);
  }
  const httpDate = (ms: number) => new Date(ms).toUTCString();

  test.each<[string, Record<string, string>]>([
    ['0', { 'retry-after': '0' }],
    ['1', { 'retry-after': '1' }],
    ['not at all', {}],
    ['nonsense', { 'retry-after': 'soon' }],
    ['a negative number', { 'retry-after': '-5' }],
  ])('by a 429 that goes on, Retry-After: %s', async (_, headers) => {
    const service = start();
    const user = await withOldList(service, 'alice');
    service.spotify.bend((call, pass) => (call.path === TOKEN ? pass() : limited(headers)));
    expect((await begunIn30s(service, user)).length).toBeLessThanOrEqual(2);
  });

  test.each<[string, (waitMs: number) => string]>([
    ['seconds', (ms) => String(ms / 1000)],
    ['IMF-fixdate', (ms) => httpDate(NOON + 4 * HOUR + ms)],
    ['RFC 850', (ms) => rfc850(NOON + 4 * HOUR + ms)],
    ['asctime', (ms) => asctime(NOON + 4 * HOUR + ms)],
  ])('for twenty seconds, as %s: no call before, whichever status says it', async (_, header) => {
    for (const status of [429, 503]) {
      const service = start();
      const user = await withOldList(service, 'alice');
      const headers = { 'retry-after': header(20_000) };
      service.spotify.bend((call, pass) =>
        call.path === TOKEN ? pass() : apiError(status, 'wait', { headers }),
      );
      const begun = await begunIn30s(service, user);
      expect(begun).toHaveLength(1);
      service.end();
    }
  });

  test.each<[string, Reply]>([
    ['429', limited({ 'retry-after': '90' })],
    ['503 with Retry-After', apiError(503, 'down', { headers: { 'retry-after': '90' } })],
  ])('by the token endpoint, %s: one call in ninety seconds', async (_, reply) => {
    const service = start();
    const user = await withOldList(service, 'alice');
    service.spotify.bend(bendPath(TOKEN, reply));
    expect(await begunIn30s(service, user)).toHaveLength(1);
  });
});

/** Told to wait for ninety seconds, by whichever call, a user asks every five. */
test.each([TOKEN, TOP, SAVED])('a 503 of %s with Retry-After: 90 is obeyed to its end', async (path) => {
  const service = start();
  const user = await withOldList(service, 'alice');
  service.spotify.bend(bendPath(path, apiError(503, 'down', { headers: { 'retry-after': '90' } })));
  const beganMs = service.clock.nowMs();
  const calls = () => user.calls(undefined, beganMs).length;
  await user.artists();
  const callsOfOneTry = calls();
  for (let i = 0; i < 17; i += 1) {
    await service.pass(5_000);
    expect(await user.artists()).toMatchObject({ cacheStatus: 'stale' });
  }
  expect(calls()).toBe(callsOfOneTry);
  await service.pass(10_000);
  await user.artists();
  expect(calls()).toBeGreaterThan(callsOfOneTry);
});

function rfc850(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `Sunday, ${day}-${month}-${String(year).slice(2)} ${time} GMT`;
}

function asctime(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `Sun ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

describe('24 users when a ban of five seconds ends', () => {
  async function banned(retryAfter = '5') {
    const service = start();
    const users: UserInTime[] = [];
    for (let i = 0; i < 24; i += 1) users.push(await service.connected(`user-${i}`, { latency_ms: 100 }));
    service.spotify.bend((call, pass) =>
      call.path === TOKEN ? pass() : limited({ 'retry-after': retryAfter }),
    );
    await users[0]?.artists().catch(() => undefined);
    service.asked.length = 0;
    await service.pass(29_999);
    const askAll = () =>
      service.until(Promise.all(users.map((user) => user.artists().catch((error: unknown) => error))));
    const begun = () => new Set(service.asked.map(({ userId }) => userId)).size;
    const computations = () => service.asked.filter(({ path }) => path === TOKEN).length;
    return { service, askAll, begun, computations, users };
  }

  test('send one ahead; when it succeeds the others follow, one a second', async () => {
    const { service, askAll, begun } = await banned();
    service.spotify.bend();
    const answers = await askAll();
    expect(begun()).toBe(1);
    expect(answers.filter((answer) => (answer as { code?: string }).code === RATE_LIMITED.code)).toHaveLength(
      23,
    );
    for (let i = 1; i < 24; i += 1) {
      await service.pass(1_000);
      await askAll();
      expect(begun()).toBeLessThanOrEqual(1 + i + 1);
    }
    expect(begun()).toBe(24);
  });

  test('send one ahead again when that one is refused, and later each time, up to 30 s', async () => {
    const { service, askAll, computations } = await banned('1');
    const lengths: number[] = [];
    for (let i = 1; i <= 6; i += 1) {
      await askAll();
      expect(computations()).toBe(i);
      const untilMs = (await service.bans()).get('all')?.untilMs ?? 0;
      lengths.push(Math.round((untilMs - MARGIN_MS - service.clock.nowMs()) / 1000));
      await service.pass(31_000);
    }
    expect(lengths).toEqual([2, 4, 8, 16, 30, 30]);
  });

  test('wait fifteen seconds for one that was sent ahead and died', async () => {
    const { service, askAll, begun } = await banned();
    service.spotify.bend((call, pass) => (call.path === TOP ? new Promise<never>(() => undefined) : pass()));
    const hanging = askAll();
    await service.pass(14_000);
    expect(begun()).toBe(1);
    // Its computation was handed on, and with it the probe.
    await Promise.all([hanging, service.pass(31_000)]);
    await askAll();
    expect(begun()).toBeGreaterThan(1);
  });

  test('who syncs may be the one', async () => {
    const { service, askAll, begun, users } = await banned();
    service.spotify.bend();
    const syncing = users[3]?.sync();
    await service.pass(50);
    await askAll();
    expect(await syncing).toMatchObject({ newPlays: 30 });
    expect(begun()).toBe(1);
  });
});

describe('100 calls of the application in 30 s', () => {
  test('24 ordinary users and a heavy one, all at once: everybody is served, in five windows', async () => {
    const served = await serveCrowd({ ordinary: 24, callsIn30s: 100 });
    expect(served).toHaveLength(25);
    expect(Math.max(...served.map(({ servedAfterMs }) => servedAfterMs))).toBeLessThanOrEqual(150_000);
    const calls = served.reduce((sum, user) => sum + user.calls, 0);
    expect(calls).toBeLessThan(700);
  });

  test('a heavy account harms no user who comes after it', async () => {
    const service = start();
    const heavy = await service.connected('heavy', { top: 198, followed: 1_000, saved: 20_000 });
    const others: UserInTime[] = [];
    for (let i = 0; i < 6; i += 1) others.push(await service.connected(`user-${i}`, ORDINARY));
    service.spotify.limit({ per_30_s: 100 });
    expect(await heavy.artists()).toMatchObject({ cacheStatus: 'fresh' });
    for (const other of others) expect(await other.artists()).toMatchObject({ cacheStatus: 'fresh' });
  });

  test('a heavy account that is limited waits by itself once the window is over', async () => {
    const service = start();
    const heavy = await service.connected('heavy', { top: 198, followed: 83, saved: 5_320 });
    const other = await service.connected('other', ORDINARY);
    service.spotify.bend((call, pass) =>
      call.path === SAVED && call.query.get('offset') !== '0' ? limited({ 'retry-after': '29' }) : pass(),
    );
    await expect(heavy.artists()).rejects.toMatchObject(RATE_LIMITED);
    service.spotify.bend();
    await service.pass(29_000 + MARGIN_MS);
    expect(await other.artists()).toMatchObject({ cacheStatus: 'fresh' });
  });
});
