/** The alarm's own rule: fewer refusals say nothing, and users do not revoke together. */
const ENOUGH = 10;
const MAX_SHARE = 0.2;
/** Counted in the window that runs and in the one before: longer than a confirmation waits for. */
export const WINDOW_MS = 30 * 60_000;

/** Refreshes by their outcome. Times in epoch milliseconds. */
export interface Tally {
  sinceMs: number;
  refused: number;
  succeeded: number;
  refusedBefore: number;
  succeededBefore: number;
  probeUntilMs: number;
}

export const NO_TALLY: Tally = {
  sinceMs: 0,
  refused: 0,
  succeeded: 0,
  refusedBefore: 0,
  succeededBefore: 0,
  probeUntilMs: 0,
};

/** The tally as it counts at `nowMs`: windows that are over pass. Pure. */
export function tallyAt(tally: Tally, nowMs: number): Tally {
  const ageMs = nowMs - tally.sinceMs;
  if (ageMs < WINDOW_MS) return tally;
  const { refused, succeeded, probeUntilMs } = tally;
  if (ageMs >= 2 * WINDOW_MS) return { ...NO_TALLY, sinceMs: nowMs, probeUntilMs };
  const before = { refusedBefore: refused, succeededBefore: succeeded };
  return { ...NO_TALLY, ...before, sinceMs: tally.sinceMs + WINDOW_MS, probeUntilMs };
}

/** A tally with what an instance saw beside it. Pure. */
export const plus = (tally: Tally, seen: Tally): Tally => ({
  ...tally,
  refused: tally.refused + seen.refused + seen.refusedBefore,
  succeeded: tally.succeeded + seen.succeeded + seen.succeededBefore,
});

/** So many consents are called revoked that it must be an outage which looks like it. Pure. */
export function isStorm({ refused, refusedBefore, succeeded, succeededBefore }: Tally): boolean {
  const refusals = refused + refusedBefore;
  return refusals >= ENOUGH && refusals > MAX_SHARE * (refusals + succeeded + succeededBefore);
}
