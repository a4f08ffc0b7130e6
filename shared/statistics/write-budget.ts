/**
 * Writes that an environment may begin in quick succession, and how fast that is made up for.
 *
 * An environment is frozen once it has replied, and may be taken away at any time. So each request has its count
 * written; only under a load that goes on for minutes do some wait for the next, because a write costs more than the
 * read of a page does. What may then be lost with an environment is a tenth of a second's counts.
 */
const BURST = 1_000;
const PER_SECOND = 10;

/** A token bucket. */
export function createWriteBudget() {
  let left = BURST;
  let atMs: number | undefined;

  return {
    /** True: one more write may begin. */
    take(nowMs: number): boolean {
      const gained = (Math.max(0, nowMs - (atMs ?? nowMs)) / 1000) * PER_SECOND;
      left = Math.min(BURST, left + gained);
      atMs = nowMs;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
