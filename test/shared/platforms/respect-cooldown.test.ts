import { describe, expect, test } from 'vitest';
import {
  InvalidState,
  type PlatformBucket,
  PlatformRateLimited,
  PlatformUnavailable,
} from '../../../shared/errors.ts';
import { respectCooldown } from '../../../shared/platforms/respect-cooldown.ts';
import { CONNECT_NEEDS } from '../../../shared/spotify-platform.ts';
import { aCache } from '../../support/a-cache.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { aCall } from '../../support/service.ts';

const limited = (retryAfterSeconds: number) => new PlatformRateLimited('429', { retryAfterSeconds });

function given() {
  const { bans, observe } = aCache();
  const clock = aClock();
  /** What works calls the platform in these buckets. */
  const run = (
    work: () => Promise<unknown>,
    names: readonly string[] = ['all'],
    answered: readonly PlatformBucket[] = ['token', 'me', 'player'],
  ) => {
    const call = aCall();
    return respectCooldown({ bans, clock, observe }, names, call, async () => {
      const result = await work();
      for (const bucket of answered) call.usage.answered.add(bucket);
      return result;
    });
  };
  return { bans, clock, run };
}
const done = async () => 'done';

describe('work that calls the platform', () => {
  test('is not begun during a ban that concerns it', async () => {
    const { bans, run } = given();
    await bans.start(limited(90), NOON);
    await expect(run(done)).rejects.toMatchObject({ code: 'SPOTIFY_RATE_LIMITED', retryAfterSeconds: 91 });
    expect(await run(done, ['token'])).toBe('done');
  });

  test.each(['token', 'me'] as const)(
    'is not begun for a consent that could not be completed: %s',
    async (bucket) => {
      const { bans, run } = given();
      const quota = { retryAfterSeconds: 3_600, reason: 'quota', bucket } as const;
      await bans.start(new PlatformRateLimited('429', quota), NOON);
      await expect(run(done, CONNECT_NEEDS)).rejects.toMatchObject({ retryAfterSeconds: 3_601 });
    },
  );

  test('leaves no probe behind where another probes the second of two bans, or only one is banned anew', async () => {
    const { bans, clock, run } = given();
    const quota = (retryAfterSeconds: number) =>
      new PlatformRateLimited('429', { retryAfterSeconds, reason: 'quota', bucket: 'player' });
    await bans.start(limited(5), NOON);
    await bans.start(quota(5), NOON);
    clock.advance(7_000);
    const isProbed = async (name: string) =>
      ((await bans.read(clock.nowMs(), [name])).get(name)?.probe?.untilMs ?? 0) > clock.nowMs();
    const seen = (await bans.read(clock.nowMs(), ['player'])).get('player');
    if (!seen) throw new Error('no ban');
    await bans.takeProbes([['player', seen]], 'another', clock.nowMs());
    await expect(run(done, ['all', 'player'])).rejects.toThrow(PlatformRateLimited);
    expect(await isProbed('all')).toBe(false);

    await bans.releaseProbes([['player', seen]], 'another');
    await expect(run(() => Promise.reject(quota(60)), ['all', 'player'])).rejects.toThrow(
      PlatformRateLimited,
    );
    expect([await isProbed('all'), await isProbed('player')]).toEqual([false, false]);
  });

  test.each([2, 60])('tells the one who met a ban of %i s to come when it is over', async (seconds) => {
    const { clock, run } = given();
    const met = (await run(() => Promise.reject(limited(seconds))).catch(
      (error) => error,
    )) as PlatformRateLimited;
    expect(met).toMatchObject({ code: 'SPOTIFY_RATE_LIMITED', cause: { retryAfterSeconds: seconds } });
    clock.advance(met.retryAfterSeconds * 1000);
    expect(await run(done)).toBe('done');
  });

  test('counts a ban from the reply that told of it, however long that took', async () => {
    const { bans, clock, run } = given();
    const slow = async () => {
      clock.advance(8_000);
      throw limited(6);
    };
    await expect(run(slow)).rejects.toThrow(PlatformRateLimited);
    expect((await bans.read(NOON)).get('all')?.untilMs).toBe(NOON + 15_000);
  });

  test('probes a ban that may be over, alone, and ends it by succeeding', async () => {
    const { bans, clock, run } = given();
    await bans.start(limited(5), NOON);
    clock.advance(6_000);
    const probing = Promise.withResolvers<void>();
    const first = run(() => probing.promise);
    await expect.poll(async () => (await bans.read(NOON)).get('all')?.probe?.untilMs).toBeGreaterThan(NOON);
    await expect(run(done)).rejects.toMatchObject({ code: 'SPOTIFY_RATE_LIMITED' });
    probing.resolve();
    await first;
    expect(await run(done)).toBe('done');
  });

  test('ends no ban where it did not call, and lets another probe it at once', async () => {
    const { bans, clock, run } = given();
    for (const bucket of ['token', 'me'] as const)
      await bans.start(
        new PlatformRateLimited('429', { retryAfterSeconds: 5, reason: 'quota', bucket }),
        NOON,
      );
    await bans.start(limited(5), NOON);
    clock.advance(6_000);
    const needs = ['all', ...CONNECT_NEEDS];
    await run(done, needs, []);
    expect([...(await bans.read(NOON)).keys()].toSorted()).toEqual(['all', 'me', 'token']);
    await run(done, needs, ['token']);
    expect([...(await bans.read(NOON)).keys()].toSorted()).toEqual(['all', 'me']);
    await run(done, needs, ['me']);
    expect(await bans.read(NOON)).toEqual(new Map());
  });

  test('that fails by anything else lets another probe at once', async () => {
    const { bans, clock, run } = given();
    await bans.start(limited(5), NOON);
    clock.advance(6_000);
    await expect(run(() => Promise.reject(new InvalidState('no such state')))).rejects.toThrow(InvalidState);
    expect((await bans.read(NOON)).get('all')).toBeDefined();
    expect(await run(done)).toBe('done');
    expect(await bans.read(NOON)).toEqual(new Map());
  });

  test('begins no ban by any other failure', async () => {
    const { bans, run } = given();
    await expect(run(() => Promise.reject(new PlatformUnavailable('502')))).rejects.toThrow(
      PlatformUnavailable,
    );
    expect(await bans.read(NOON)).toEqual(new Map());
  });
});
