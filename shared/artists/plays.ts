import { type PlayWeight, weightAt, withPlay } from './play-weight.ts';

/** Older ones weigh 1 % and less: they are let go. */
const MAX_AGE_MS = 90 * 24 * 3600 * 1000;
/** The artists played most; at 38 bytes each they stay below 20 KB. */
const MAX_ARTISTS = 500;

/**
 * So many counted plays are remembered, four times what Spotify knows at once. A play that is older than all of them is
 * not among Spotify's last 50.
 */
const MAX_COUNTED = 200;

/** What syncs have gathered. */
export interface Plays {
  /** By artist id. */
  weights: ReadonlyMap<string, PlayWeight>;
  /** Names of the plays that were counted, the latest first. */
  counted: readonly string[];
}

export const NO_PLAYS: Plays = { weights: new Map(), counted: [] };

export interface Play {
  playedAtMs: number;
  artistIds: readonly string[];
}

/** Tells a play from all others: when it happened, by the clock of a device, and whose it was. */
const nameOf = ({ playedAtMs, artistIds: [artistId = ''] }: Play) =>
  `${String(playedAtMs).padStart(14, '0')} ${artistId.slice(0, 6)}`;

/**
 * The plays that were not counted yet, and what is known with them. A play counts for all its artists. A cursor would
 * not do: clocks of devices date plays in the future, and what is played offline shows up hours late with its old date.
 * A play of the future weighs as one of now.
 */
export function addPlays(known: Plays, played: readonly Play[], nowMs: number) {
  const counted = new Set(known.counted);
  const added = played.filter((play) => {
    const isNew = !counted.has(nameOf(play));
    counted.add(nameOf(play));
    return isNew;
  });
  const weights = new Map(known.weights);
  for (const { artistIds, playedAtMs } of added) {
    for (const id of artistIds) weights.set(id, withPlay(weights.get(id), Math.min(playedAtMs, nowMs)));
  }
  const plays: Plays = {
    weights: bounded(weights, nowMs),
    counted: [...counted].sort().reverse().slice(0, MAX_COUNTED),
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
