import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { everyPage, startSpotify } from './spotify-harness.ts';

const TOP = '/v1/me/top/artists';

/** A connected account in a mode. */
async function inMode(settings: Record<string, unknown>) {
  const spotify = await startSpotify();
  const tokens = await spotify.connect();
  spotify.accounts.reset();
  spotify.accounts.set('alma', settings);
  return { spotify, tokens };
}

test('down: 503 from the token endpoint and from the Web API', async () => {
  const { spotify, tokens } = await inMode({ mode: 'down' });
  expect((await spotify.refresh(tokens.refresh_token)).status).toBe(503);
  expect((await spotify.api(TOP, tokens)).status).toBe(503);
});

test('a code is not spent by an exchange that an outage refused', async () => {
  const { spotify } = await inMode({ mode: 'down' });
  const code = await spotify.approve('alma');
  expect((await spotify.exchange(code)).status).toBe(503);
  spotify.accounts.set('alma', { mode: 'ok' });
  expect((await spotify.exchange(code)).status).toBe(200);
});

test('html502: a 502 with a page from both', async () => {
  const { spotify, tokens } = await inMode({ mode: 'html502' });
  for (const answer of [await spotify.refresh(tokens.refresh_token), await spotify.api(TOP, tokens)]) {
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toMatch('text/html');
    expect(answer.text).toMatch(/^<html>/);
  }
});

test('malformed: 200 with five kinds of nonsense in turn, from both', async () => {
  const { spotify, tokens } = await inMode({ mode: 'malformed' });
  for (const ask of [() => spotify.refresh(tokens.refresh_token), () => spotify.api(TOP, tokens)]) {
    const bodies = new Set<string>();
    for (let call = 0; call < 5; call++) {
      const answer = await ask();
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch('application/json');
      expect(answer.json?.access_token).not.toBeTypeOf('string');
      expect(answer.json?.items).not.toBeInstanceOf(Array);
      bodies.add(answer.text);
    }
    expect(bodies.size).toBe(5);
  }
});

test.each([
  [{ mode: 'rate_limited' }, '2', undefined],
  [{ mode: 'rate_limited', retry_after: 7 }, '7', undefined],
  [{ mode: 'quota' }, '48925', 'QUOTA_EXCEEDED'],
  [{ mode: 'quota', retry_after: 60 }, '60', 'QUOTA_EXCEEDED'],
])('%o: 429 from the Web API with Retry-After %s; refreshing works', async (settings, seconds, reason) => {
  const { spotify, tokens } = await inMode(settings);
  const answer = await spotify.api(TOP, tokens);
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe(seconds);
  expect(answer.json.error).toMatchObject({ status: 429, ...(reason ? { reason } : {}) });
  expect((await spotify.refresh(tokens.refresh_token)).status).toBe(200);
});

test('forbidden: a 403 in plain text, which is no matter of scope', async () => {
  const { spotify, tokens } = await inMode({ mode: 'forbidden' });
  const answer = await spotify.api(TOP, tokens);
  expect(answer.status).toBe(403);
  expect(answer.headers.get('content-type')).toMatch('text/plain');
  expect(answer.text).toBe('User not registered in the Developer Dashboard');
});

test('unauthorized: 401 even to a token of a moment ago', async () => {
  const { spotify, tokens } = await inMode({ mode: 'unauthorized' });
  const fresh = (await spotify.refresh(tokens.refresh_token)).json;
  expect((await spotify.api(TOP, fresh)).status).toBe(401);
});

describe('waiting', () => {
  test.each([
    [{ mode: 'slow' }, 15_000],
    [{ mode: 'slow', latency_ms: 20_000 }, 20_000],
    [{ mode: 'slow', latency_ms: 10 }, 15_000],
    [{ latency_ms: 120 }, 120],
  ])('%o: both answer after %i ms', async (settings, waitMs) => {
    const { spotify, tokens } = await inMode(settings);
    const answers = [spotify.refresh(tokens.refresh_token), spotify.api(TOP, tokens)];
    while (spotify.clock.sleeps.length < 2) await setImmediate();
    spotify.clock.wakeAll();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    expect(spotify.clock.sleeps).toEqual([waitMs, waitMs]);
  });

  test('without latency nothing waits', async () => {
    const { spotify, tokens } = await inMode({});
    await spotify.api(TOP, tokens);
    expect(spotify.clock.sleeps).toEqual([]);
  });

  test('a client that goes away ends its wait', async () => {
    const { spotify, tokens } = await inMode({ mode: 'slow' });
    const leaving = new AbortController();
    const call = spotify.call(TOP, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
      signal: leaving.signal,
    });
    while (spotify.clock.sleeps.length === 0) await setImmediate();
    leaving.abort();
    await expect(call).rejects.toThrow();
    while (spotify.clock.ended.length === 0) await setImmediate();
    expect(spotify.clock.ended).toEqual(['aborted']);
  });

  test('closing ends it too', async () => {
    const { spotify, tokens } = await inMode({ mode: 'slow' });
    const call = expect(spotify.api(TOP, tokens)).rejects.toThrow();
    while (spotify.clock.sleeps.length === 0) await setImmediate();
    await spotify.close();
    await call;
    expect(spotify.clock.ended).toEqual(['aborted']);
  });
});

describe('fail_page', () => {
  const LONG = `${TOP}?time_range=long_term&limit=20`;

  test('the page of the n-th list call since it was set answers 502; the profile is no list', async () => {
    const { spotify, tokens } = await inMode({ fail_page: 3 });
    const statuses: number[] = [];
    for (const path of [
      LONG,
      '/v1/me',
      '/v1/me/tracks',
      '/v1/me/following?type=artist',
      '/v1/me/tracks?offset=9',
    ]) {
      statuses.push((await spotify.api(path, tokens)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 502, 200]);
  });

  test('that page goes on failing when it is asked for again, and the others go on working', async () => {
    const { spotify, tokens } = await inMode({ fail_page: 2 });
    const statuses: number[] = [];
    for (const path of [LONG, '/v1/me/tracks', LONG, '/v1/me/tracks', '/v1/me/tracks?offset=20']) {
      statuses.push((await spotify.api(path, tokens)).status);
    }
    expect(statuses).toEqual([200, 502, 200, 502, 200]);
  });

  test('set again, it counts from the start; null and 0 end it', async () => {
    const { spotify, tokens } = await inMode({ fail_page: 2 });
    await spotify.api(LONG, tokens);
    spotify.accounts.set('alma', { fail_page: 2 });
    expect((await spotify.api(LONG, tokens)).status).toBe(200);
    expect((await spotify.api(LONG, tokens)).status).toBe(502);
    for (const none of [null, 0]) {
      spotify.accounts.set('alma', { fail_page: none });
      expect((await everyPage(spotify, tokens, LONG)).pages).toBe(5);
    }
  });
});
