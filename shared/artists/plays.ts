import { type PlayWeight, weightAt, withPlay } from './play-weight.ts';

/** Older ones weigh 1 % and less: they are let go. */
const MAX_AGE_MS = 90 * 24 * 3600 * 1000;
/** The artists played most; at 38 bytes each they stay below 20 KB. */
const MAX_ARTISTS = 500;

/** What syncs have gathered. */
export interface Plays {
  /** By artist id. */
  weights: ReadonlyMap<string, PlayWeight>;
  /** When the latest known play happened, by Spotify's clock; 0 before the first sync. */
  cursorMs: number;
}

export const NO_PLAYS: Plays = { weights: new Map(), cursorMs: 0 };

export interface Play {
  playedAtMs: number;
  artistIds: readonly string[];
}

/** The plays that are later than all that is known, and what is known with them. A play counts for all its artists. */
export function addPlays(known: Plays, played: readonly Play[], nowMs: number) {
  const added = played.filter(({ playedAtMs }) => playedAtMs > known.cursorMs);
  const weights = new Map(known.weights);
  for (const { artistIds, playedAtMs } of added) {
    for (const id of artistIds) weights.set(id, withPlay(weights.get(id), playedAtMs));
  }
  const plays: Plays = {
    weights: bounded(weights, nowMs),
    cursorMs: added.reduce((latest, { playedAtMs }) => Math.max(latest, playedAtMs), known.cursorMs),
  };
  return {
    plays,
    newPlays: added.length,
    artistsUpdated: new Set(added.flatMap((play) => play.artistIds)).size,
  };
}

function bounded(weights: ReadonlyMap<string, PlayWeight>, nowMs: number): Map<string, PlayWeight> {
  const recent = [...weights].filter(([, { atMs }]) => nowMs - atMs <= MAX_AGE_MS);
  if (recent.length <= MAX_ARTISTS) return new Map(recent);
  recent.sort(([, a], [, b]) => weightAt(b, nowMs) - weightAt(a, nowMs));
  return new Map(recent.slice(0, MAX_ARTISTS));
}
