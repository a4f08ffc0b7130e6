/** How long a copy is fresh and how long it is kept, in milliseconds; `freshMs < keepMs`. */
export interface Windows {
  readonly freshMs: number;
  readonly keepMs: number;
}

/** `fresh`: served as it is. `old`: usable when nothing better can be had. `expired`: never served. */
export type Freshness = 'fresh' | 'old' | 'expired';

/** Clocks of two machines differ by seconds, never by this much: such a timestamp is nonsense. */
const MAX_CLOCK_SKEW_MS = 10 * 60_000;

/**
 * How fresh a copy is at `nowMs`, from its timestamp alone: DynamoDB's TTL deletes days late.
 * At exactly `freshMs` a copy is no longer fresh, at exactly `keepMs` no longer usable.
 */
export function freshness(
  copy: { timestampMs: number; isStale: boolean },
  nowMs: number,
  { freshMs, keepMs }: Windows,
): Freshness {
  const ageMs = nowMs - copy.timestampMs;
  // Written so that NaN, too, counts as expired.
  if (!(ageMs < keepMs) || ageMs < -MAX_CLOCK_SKEW_MS) return 'expired';
  return copy.isStale || ageMs >= freshMs ? 'old' : 'fresh';
}
