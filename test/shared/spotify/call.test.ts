import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PlatformUnavailable } from '../../../shared/errors.ts';
import { withDeadline } from '../../../shared/spotify/call.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('gives Spotify up while there is still time to answer', async () => {
  const work = withDeadline(
    20_000,
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  const outcome = expect(work).rejects.toBeInstanceOf(PlatformUnavailable);
  await vi.advanceTimersByTimeAsync(7_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  await outcome;
});

test('leaves no timer behind', async () => {
  expect(await withDeadline(20_000, async ({ usage }) => usage.calls)).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
