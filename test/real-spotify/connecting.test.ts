import { describe, expect, onTestFinished, test } from 'vitest';
import { apiError, html, plain, type Reply } from '../../infra/local/spotify/replies.ts';
import { startServiceInTime } from '../support/service-in-time.ts';
import { bendJson, bendPath, limited } from '../support/spotify-in-memory.ts';

const TOKEN = '/api/token';
const PROFILE = '/v1/me';
function start() {
  const service = startServiceInTime();
  onTestFinished(service.end);
  return service;
}

describe('the same request again, after our 503 and its Retry-After', () => {
  test.each<[string, string, Reply | 'cut']>([
    ['the token endpoint 503', TOKEN, plain(503, 'upstream connect error')],
    ['the token endpoint 429, Retry-After 2', TOKEN, limited({ 'retry-after': '2' })],
    ['the token endpoint 429, a minute', TOKEN, limited({ 'retry-after': '60' })],
    ['the token endpoint cut', TOKEN, 'cut'],
    ['the token endpoint 502 as HTML', TOKEN, html(502, 'Bad gateway')],
    ['the profile 502', PROFILE, html(502, 'Bad gateway')],
    ['the profile 429, a minute', PROFILE, limited({ 'retry-after': '60' })],
    ['the profile nonsense', PROFILE, html(200, 'oops')],
    ['the profile without any id', PROFILE, apiError(200, 'no id')],
  ])('%s: connects', async (_, path, reply) => {
    const service = start();
    const user = service.user('alice');
    const back = await user.begin();
    service.spotify.bend(bendPath(path, reply));
    const failure = await user
      .complete(back)
      .catch((error: { status: number; retryAfterSeconds: number }) => error);
    expect(failure).toMatchObject({ status: 503 });
    const { retryAfterSeconds } = failure as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(0);
    service.spotify.bend();
    await service.pass(retryAfterSeconds * 1000);
    await user.complete(back);
    expect(await user.artists()).toMatchObject({ cacheStatus: 'fresh' });
    await expect(user.complete(back)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  test('while the application is limited: connecting goes on', async () => {
    const service = start();
    const [limitedUser, later] = [await service.connected('alice'), service.user('bob')];
    service.spotify.bend(bendPath('/v1/me/top/artists', limited({ 'retry-after': '90' })));
    await expect(limitedUser.artists()).rejects.toMatchObject({ code: 'SPOTIFY_RATE_LIMITED' });
    await later.connect();
    await expect(later.artists()).rejects.toMatchObject({ code: 'SPOTIFY_RATE_LIMITED' });
    expect(later.calls('/v1/me/top')).toEqual([]);
  });

  test('within the ten minutes of the state, not after them', async () => {
    const service = start();
    const user = service.user('alice');
    const back = await user.begin();
    service.spotify.bend(bendPath(TOKEN, 'cut'));
    await expect(user.complete(back)).rejects.toMatchObject({ status: 503 });
    service.spotify.bend();
    await service.pass(10 * 60_000);
    await expect(user.complete(back)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });
});

describe('an account, by whichever id it is known', () => {
  /** Connects once for each profile; how many plays a sync finds new each time. */
  async function newPlays(...profiles: object[]) {
    const service = start();
    const user = service.user('alice');
    const found: number[] = [];
    for (const profile of profiles) {
      service.spotify.bend(bendJson(PROFILE, () => profile));
      await user.connect();
      service.spotify.bend();
      found.push((await user.sync()).newPlays);
    }
    return found;
  }
  const [BOTH, ACCOUNT, ID] = [{ account_id: 'a', id: 'i' }, { account_id: 'a' }, { id: 'i' }];

  test.each<[string, object[], number[]]>([
    ['account_id alone', [ACCOUNT], [30]],
    ['both ids, then account_id alone', [BOTH, ACCOUNT], [30, 0]],
    ['id alone, then both, then account_id alone', [ID, BOTH, ACCOUNT], [30, 0, 0]],
    ['both, account_id alone, then id alone', [BOTH, ACCOUNT, ID], [30, 0, 0]],
    ['another account', [BOTH, { account_id: 'b', id: 'j' }], [30, 30]],
    ['another, then by an id of the first', [BOTH, { id: 'j' }, ID], [30, 30, 30]],
    ['an id that is null or empty is none', [BOTH, { account_id: 'a', id: null }], [30, 0]],
  ])('keeps its plays, and no other’s: %s', async (_, profiles, expected) => {
    expect(await newPlays(...profiles)).toEqual(expected);
  });
});
