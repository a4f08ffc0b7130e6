import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalStack, startLocalStack } from '../../../infra/local/stack.ts';
import { aConnectedUser, H3, type StackUrls } from '../../support/a-user.ts';
import { createDetour, type Deal } from '../../support/detour.ts';

/** Longer than a request with an old copy waits, shorter than a call of Spotify may take. */
const SLOW_MS = 4_600;

let isSlow = false;
/** Spotify has rotated the token by the time that its reply is late. */
const slowTokens: Deal = async (request, pass) => {
  const reply = await pass();
  if (!isSlow || !request.path.startsWith('/api/token')) return reply;
  isSlow = false;
  await delay(SLOW_MS);
  return reply;
};

const way = createDetour({ spotify: slowTokens });
let stack: LocalStack;
let urls: StackUrls;
beforeAll(async () => {
  stack = await startLocalStack({ detour: way.detour });
  urls = { apiUrl: stack.apiUrl, spotifyUrl: stack.spotifyUrl ?? '' };
});
afterAll(async () => {
  await stack?.close();
  await way.close();
});

/** The stack freezes the process of a function with its reply, as AWS does. */
it('a token that rotates while the patience of its request ends is not lost with the frozen function', async () => {
  const user = await aConnectedUser(urls, { rotate: true });
  await user.artists();
  await user.age(H3);
  isSlow = true;
  expect((await user.artists()).json.data.warning_code).toBe('REFRESH_IN_PROGRESS');
  await expect
    .poll(async () => (await user.artists()).json.cache_status, { timeout: 30_000, interval: 500 })
    .toBe('fresh');
  expect((await user.profile()).json.data.platforms).toMatchObject([{ status: 'connected' }]);
});
