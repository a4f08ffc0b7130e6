/** A play counts half as much after this. */
export const HALF_LIFE_MS = 14 * 24 * 3600 * 1000;

/** The plays of one artist as one number: what they weighed together at `atMs`, the time of the latest. */
export interface PlayWeight {
  weight: number;
  atMs: number;
}

/** What it weighs at another time. One play weighs 1 when it happens; nothing ever weighs more than it did. */
export function weightAt({ weight, atMs }: PlayWeight, nowMs: number): number {
  return weight * 2 ** (-Math.max(0, nowMs - atMs) / HALF_LIFE_MS);
}

/** With one play more. Whatever the order in which plays are added, the sum is the same. */
export function withPlay(known: PlayWeight | undefined, playedAtMs: number): PlayWeight {
  if (!known) return { weight: 1, atMs: playedAtMs };
  const atMs = Math.max(known.atMs, playedAtMs);
  return { weight: weightAt(known, atMs) + weightAt({ weight: 1, atMs: playedAtMs }, atMs), atMs };
}
