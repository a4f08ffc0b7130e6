import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failureOf } from '../../../shared/client/index.ts';
import { aClient, failed, json, sent } from './a-client.ts';

const ok = () => json({ success: true, data: {} });
const SPOTIFY = { body: { platform_slug: 'spotify' } } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The result of a call, and the seconds that it waited. */
async function timed<T>(call: Promise<T>): Promise<{ reply: T; seconds: number }> {
  const begunMs = Date.now();
  call.catch(() => undefined);
  await vi.runAllTimersAsync();
  return { reply: await call, seconds: (Date.now() - begunMs) / 1_000 };
}

describe('what says that it can be asked again later', () => {
  const computing = () => failed('COMPUTING', 503, { 'retry-after': '3' });

  test('is asked again after the time that the service says', async () => {
    const { api, requests } = aClient([computing(), ok()], { maxWaitSeconds: 10 });
    const { reply, seconds } = await timed(api.GET('/api/user/profile'));

    expect(reply.response.status).toBe(200);
    expect([requests.length, seconds]).toEqual([2, 3]);
  });

  test('is given up when all waits together would be too long', async () => {
    const { api, requests } = aClient([computing(), computing(), ok()], { maxWaitSeconds: 5 });
    const { reply, seconds } = await timed(api.GET('/api/user/profile'));

    expect(failureOf(reply)).toMatchObject({ code: 'COMPUTING', status: 503, retryAfterSeconds: 3 });
    expect([requests.length, seconds]).toEqual([2, 3]);
  });

  test.each(['0', '-5', 'Wed, 25 Nov 2026 12:00:00 GMT'])(
    'is not asked again at once, whatever Retry-After says: %s',
    async (retryAfter) => {
      const busy = () => failed('COMPUTING', 503, { 'retry-after': retryAfter });
      const { api, requests } = aClient([busy(), busy(), busy(), busy()], { maxWaitSeconds: 2 });
      await timed(api.GET('/api/user/profile'));

      expect(requests.length).toBeLessThanOrEqual(3);
    },
  );

  test('is waited for longer each time when the gateway does not say how long', async () => {
    const busy = () => failed('GATEWAY_429', 429);
    const { api, requests } = aClient([busy(), busy(), busy(), ok()], { maxWaitSeconds: 10 });
    const { reply, seconds } = await timed(api.POST('/api/user/platforms/disconnect', SPOTIFY));

    expect(reply.response.status).toBe(200);
    expect([requests.length, seconds]).toEqual([4, 1 + 2 + 4]);
    expect(await requests[3]?.json()).toEqual(SPOTIFY.body);
  });

  test('is asked again in the gateway’s own 503 only where it reads: the function may have run', async () => {
    const reading = aClient([failed('GATEWAY_503', 503), ok()], { maxWaitSeconds: 10 });
    await timed(reading.api.GET('/api/user/profile'));
    const writing = aClient([failed('GATEWAY_503', 503), ok()], { maxWaitSeconds: 10 });
    await timed(writing.api.POST('/api/user/artists/sync'));

    expect([reading.requests.length, writing.requests.length]).toEqual([2, 1]);
  });

  test.each([
    ['is not repeated: it may undo itself', {}, 1],
    ['is, when it says what is to be', { selected: true }, 2],
  ])('as a toggle %s', async (_, more, times) => {
    const down = failed('STORAGE_UNAVAILABLE', 503, { 'retry-after': '1' });
    const { api, requests } = aClient([down, ok()], { maxWaitSeconds: 10 });
    const body = { artist_id: '70kkdajctXSbqSMJbQO424', ...more };
    await timed(api.POST('/api/user/artists/toggle', { body }));

    expect(requests).toHaveLength(times);
  });

  test('is not waited for once the screen was left', async () => {
    const screen = new AbortController();
    const { api, requests } = aClient([computing(), ok()], { maxWaitSeconds: 10 });
    const call = api.GET('/api/user/profile', { signal: screen.signal });
    const rejected = expect(call).rejects.toThrow('left the screen');
    await vi.advanceTimersByTimeAsync(1_000);
    screen.abort(new Error('left the screen'));

    await rejected;
    expect([requests.length, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe('a refused token', () => {
  const refused = () => failed('GATEWAY_401', 401);

  test('is got anew once, and the request sent again', async () => {
    const token = vi.fn(({ expired }: { expired: boolean }) => (expired ? 'new' : 'old'));
    const { api, requests } = aClient([refused(), ok()], { token });
    const { response } = await api.POST('/api/user/platforms/disconnect', SPOTIFY);

    expect(response.status).toBe(200);
    expect(sent(requests, 'authorization')).toEqual(['Bearer old', 'Bearer new']);
    expect(await requests[1]?.json()).toEqual(SPOTIFY.body);
  });

  test('is told when the new one is refused too, or when there is no other', async () => {
    const both = aClient([refused(), refused(), ok()], { token: ({ expired }) => `${expired}` });
    const same = aClient([refused(), ok()], { token: () => 'the only one' });
    const fixed = aClient([refused(), ok()], { token: 'fixed' });
    for (const { api } of [both, same, fixed]) {
      expect(failureOf(await api.GET('/api/user/profile'))).toMatchObject({ code: 'UNAUTHORIZED' });
    }
    expect([both, same, fixed].map(({ requests }) => requests.length)).toEqual([2, 1, 1]);
  });

  test('is got anew once for all requests that were refused at the same time', async () => {
    const token = vi.fn(async ({ expired }: { expired: boolean }) => (expired ? 'new' : 'old'));
    const { api } = aClient([refused(), refused(), refused(), ok(), ok(), ok()], { token });
    const replies = await Promise.all([1, 2, 3].map(() => api.GET('/api/user/profile')));

    expect(replies.map(({ response }) => response.status)).toEqual([200, 200, 200]);
    expect(token.mock.calls.filter(([{ expired }]) => expired)).toHaveLength(1);
  });
});
