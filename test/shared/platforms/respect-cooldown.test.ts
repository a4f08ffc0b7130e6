import { describe, expect, test } from 'vitest';
import { PlatformRateLimited } from '../../../shared/errors.ts';
import { respectCooldown } from '../../../shared/platforms/respect-cooldown.ts';
import { NOON } from '../../support/a-clock.ts';

function aCooldown(untilMs = 0) {
  const started: number[] = [];
  return {
    started,
    cooldownUntilMs: async () => untilMs,
    startCooldown: async (ms: number) => {
      started.push(ms);
      return true;
    },
  };
}

describe('the cool-down of the whole application', () => {
  test('keeps work from beginning, and says how long', async () => {
    const work = async () => {
      throw new Error('must not begin');
    };
    await expect(respectCooldown(aCooldown(NOON + 1_001), NOON, work)).rejects.toMatchObject({
      constructor: PlatformRateLimited,
      retryAfterSeconds: 2,
    });
  });

  test('is over at its very end', async () => {
    expect(await respectCooldown(aCooldown(NOON), NOON, async () => 'done')).toBe('done');
  });

  test('begins with a 429', async () => {
    const cooldown = aCooldown();
    const limited = new PlatformRateLimited('limited', { retryAfterSeconds: 48_925 });
    await expect(respectCooldown(cooldown, NOON, () => Promise.reject(limited))).rejects.toBe(limited);
    expect(cooldown.started).toEqual([NOON + 48_925_000]);
  });

  test('does not begin with any other failure', async () => {
    const cooldown = aCooldown();
    const failure = new Error('something else');
    await expect(respectCooldown(cooldown, NOON, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(cooldown.started).toEqual([]);
  });
});
