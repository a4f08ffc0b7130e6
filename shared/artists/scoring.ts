import type { Standing } from '../artist.ts';

/** All that an artist's score depends on. */
export interface ScoreInputs {
  /** Spotify's top artists of about 4 weeks, 6 months, and a year; absent: not among them. */
  topShort?: Standing | undefined;
  topMedium?: Standing | undefined;
  topLong?: Standing | undefined;
  /** Plays, each counting half after 14 days; see play-weight.ts. */
  playWeight: number;
  /** Saved tracks that the artist is credited on. */
  savedTracks: number;
  followed: boolean;
}

/** They add up to 1: who leads in everything has 100. */
const WEIGHTS = { topShort: 0.4, topMedium: 0.25, topLong: 0.15, plays: 0.1, saved: 0.05, followed: 0.05 };

/** So many plays of today bring 1 − 1/e, 63 %, of what plays can bring; the next ones bring less and less. */
const PLAY_SCALE = 10;
/** So many saved tracks bring all that saved tracks can bring. */
const SAVED_CAP = 20;

/**
 * How much an artist means to the user: 0–100, two decimals. With `rank` r of N in a list of top artists,
 *
 * ```
 * term(r, N) = (N − r + 1) / N                       0 when the artist is not in it
 * plays(w)   = 1 − e^(−w / 10)                       w: plays, each halved every 14 days
 * saved(n)   = min(1, ln(1 + n) / ln(1 + 20))
 * score      = 100 · (0.40 · term(short) + 0.25 · term(medium) + 0.15 · term(long)
 *                     + 0.10 · plays(w) + 0.05 · saved(n) + 0.05 · [followed])
 * ```
 *
 * Spotify gives no counts of plays, and `popularity`, `followers` and `genres` may be absent: none of them counts.
 */
export function scoreOf(inputs: ScoreInputs): number {
  const total =
    WEIGHTS.topShort * term(inputs.topShort) +
    WEIGHTS.topMedium * term(inputs.topMedium) +
    WEIGHTS.topLong * term(inputs.topLong) +
    WEIGHTS.plays * (1 - Math.exp(-inputs.playWeight / PLAY_SCALE)) +
    WEIGHTS.saved * Math.min(1, Math.log1p(inputs.savedTracks) / Math.log1p(SAVED_CAP)) +
    WEIGHTS.followed * Number(inputs.followed);
  // The weights add up to a hair more than 1 in binary.
  return Math.min(100, Math.round(total * 10_000) / 100);
}

const term = (standing: Standing | undefined) =>
  standing ? (standing.of - standing.rank + 1) / standing.of : 0;
