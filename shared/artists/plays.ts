import { InternalError } from '../errors.ts';

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
    counted: newestOf(counted, new Set(played.map(nameOf))),
  };
  return {
    plays,
    newPlays: added.length,
    artistsUpdated: new Set(added.flatMap((play) => play.artistIds)).size,
  };
}

/** What the platform still lists comes first: plays dated in the future must not push out those of now. */
function newestOf(names: ReadonlySet<string>, listed: ReadonlySet<string>): string[] {
  const newestFirst = [...names].sort().reverse();
  const byListing = [
    ...newestFirst.filter((name) => listed.has(name)),
    ...newestFirst.filter((name) => !listed.has(name)),
  ];
  return byListing.slice(0, MAX_COUNTED);
}

function bounded(weights: ReadonlyMap<string, PlayWeight>, nowMs: number): Map<string, PlayWeight> {
  const recent = [...weights].filter(([, { atMs }]) => nowMs - atMs <= MAX_AGE_MS);
  if (recent.length <= MAX_ARTISTS) return new Map(recent);
  recent.sort(([, a], [, b]) => weightAt(b, nowMs) - weightAt(a, nowMs));
  return new Map(recent.slice(0, MAX_ARTISTS));
}

/*
 * One row an artist: 22 bytes of id (base62, ASCII), the weight and its time as 64-bit floats, big-endian. Floats as
 * they are, so that adding up over many syncs loses nothing; one binary attribute, because DynamoDB takes 51 ms to
 * give 2,000 entries of a map.
 */
const ID_BYTES = 22;
const ROW_BYTES = ID_BYTES + 8 + 8;

export function encodeWeights(weights: ReadonlyMap<string, PlayWeight>): Uint8Array {
  const bytes = Buffer.alloc(weights.size * ROW_BYTES);
  let offset = 0;
  for (const [id, { weight, atMs }] of weights) {
    bytes.write(id, offset, ID_BYTES, 'latin1');
    bytes.writeDoubleBE(weight, offset + ID_BYTES);
    bytes.writeDoubleBE(atMs, offset + ID_BYTES + 8);
    offset += ROW_BYTES;
  }
  return bytes;
}

/** @throws InternalError when the bytes are not whole rows. */
export function decodeWeights(stored: Uint8Array): Map<string, PlayWeight> {
  if (stored.byteLength % ROW_BYTES !== 0) throw new InternalError('stored plays are damaged');
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const weights = new Map<string, PlayWeight>();
  for (let offset = 0; offset < bytes.length; offset += ROW_BYTES) {
    weights.set(bytes.toString('latin1', offset, offset + ID_BYTES), {
      weight: bytes.readDoubleBE(offset + ID_BYTES),
      atMs: bytes.readDoubleBE(offset + ID_BYTES + 8),
    });
  }
  return weights;
}
