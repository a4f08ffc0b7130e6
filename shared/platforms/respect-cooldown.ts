import { type BanStore, banVerdict, releaseProbes, takeProbes } from '../cache/bans.ts';
import type { Observe } from '../cache/events.ts';
import type { Clock } from '../clock.ts';
import { PlatformRateLimited } from '../errors.ts';

interface RespectDeps {
  bans: Pick<BanStore, 'read' | 'start' | 'takeProbe' | 'releaseProbe' | 'end'>;
  clock: Pick<Clock, 'nowMs'>;
  observe?: Observe;
}

/**
 * Runs work that calls the platform outside of a computation and that the bans of `names` concern. During one of them
 * it is not begun; when one may be over, one caller finds out; a 429 that the work meets begins one, from the moment of
 * the answer.
 *
 * @throws PlatformRateLimited, or what `work` throws.
 */
export async function respectCooldown<T>(
  { bans, clock, observe }: RespectDeps,
  names: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const verdict = banVerdict(await bans.read(clock.nowMs(), names), names, clock.nowMs());
  if (verdict.kind === 'denied') throw limited(verdict.retryAfterSeconds);
  if (!(await takeProbes(bans, verdict.probes, clock.nowMs()))) throw limited(1);
  try {
    const result = await work();
    // The work is done: bans that could not be lifted only make others more careful than they need to be.
    await Promise.allSettled(verdict.probes.map(([name, ban]) => bans.end(name, ban, clock.nowMs())));
    return result;
  } catch (error) {
    if (error instanceof PlatformRateLimited) {
      const seconds = await bans.start(error, clock.nowMs());
      if (seconds > 0) observe?.({ name: 'cooldown-started', seconds });
    }
    await releaseProbes(bans, verdict.probes);
    throw error;
  }
}

const limited = (retryAfterSeconds: number) =>
  new PlatformRateLimited('the platform limits our calls', { retryAfterSeconds });
