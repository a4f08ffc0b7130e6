import type { ComputationStore } from '../cache/computation-store.ts';
import type { Observe } from '../cache/events.ts';
import { PlatformRateLimited } from '../errors.ts';

/** The app-wide cool-down after a 429, as computations keep it. */
export type Cooldown = Pick<ComputationStore, 'cooldownUntilMs' | 'startCooldown'>;

/**
 * Runs work that calls the platform outside of a computation. During the app-wide cool-down it is not begun; a 429 that
 * it meets begins one.
 *
 * @throws PlatformRateLimited, or what `work` throws.
 */
export async function respectCooldown<T>(
  cooldown: Cooldown,
  nowMs: number,
  work: () => Promise<T>,
  observe?: Observe,
): Promise<T> {
  const untilMs = await cooldown.cooldownUntilMs();
  if (untilMs > nowMs) {
    throw new PlatformRateLimited('the platform limits our calls', {
      retryAfterSeconds: Math.ceil((untilMs - nowMs) / 1000),
    });
  }
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlatformRateLimited) {
      const seconds = error.retryAfterSeconds;
      const isLonger = await cooldown.startCooldown(nowMs + seconds * 1000);
      if (isLonger) observe?.({ name: 'cooldown-started', seconds });
    }
    throw error;
  }
}
