import { randomUUID } from 'node:crypto';
import type { BanStore } from '../cache/ban-store.ts';
import { banVerdict, waitSeconds } from '../cache/bans.ts';
import type { Observe } from '../cache/events.ts';
import type { Clock } from '../clock.ts';
import { PlatformRateLimited } from '../errors.ts';
import type { SpotifyCall } from '../spotify/call.ts';

interface RespectDeps {
  bans: BanStore;
  clock: Pick<Clock, 'nowMs'>;
  observe: Observe;
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
  call: SpotifyCall,
  work: (call: SpotifyCall) => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  const verdict = banVerdict(await bans.read(clock.nowMs(), names), names, clock.nowMs());
  if (verdict.kind === 'denied') throw limited(verdict.retryAfterSeconds);
  if (!(await bans.takeProbes(verdict.probes, holder, clock.nowMs()))) throw limited(1);
  try {
    const result = await work(call);
    await bans.endProbes(verdict.probes, holder, call.usage.answered, clock.nowMs());
    return result;
  } catch (error) {
    const told =
      error instanceof PlatformRateLimited ? await beginBan({ bans, clock, observe }, error) : error;
    await bans.releaseProbes(verdict.probes, holder);
    throw told;
  }
}

/** Returns the error with the time until the ban is over: who waits for it is not refused once more. */
async function beginBan(
  { bans, clock, observe }: RespectDeps,
  error: PlatformRateLimited,
): Promise<PlatformRateLimited> {
  const seconds = await bans.start(error, clock.nowMs());
  if (seconds > 0) observe({ name: 'cooldown-started', seconds });
  const { message, reason, bucket } = error;
  const retryAfterSeconds = waitSeconds(error, seconds);
  return new PlatformRateLimited(message, {
    reason,
    retryAfterSeconds,
    cause: error,
    ...(bucket && { bucket }),
  });
}

const limited = (retryAfterSeconds: number) =>
  new PlatformRateLimited('the platform limits our calls', { retryAfterSeconds });
