import { fraction, spotifyId } from './base62.ts';
import { FEATURED_ARTISTS } from './names.ts';

export const TIME_RANGES = ['short_term', 'medium_term', 'long_term'] as const;
export type TimeRange = (typeof TIME_RANGES)[number];

export interface SavedTrack {
  id: string;
  /** The first is the main artist. */
  artistIds: readonly string[];
}

/** How long the lists are: `artists` distinct ones over all three, unless a list's own length is given. */
export interface Sizes {
  artists: number;
  /** Artists of each term. */
  top?: number | null;
  followed?: number | null;
  saved?: number | null;
}

/** What one listener's Spotify holds: ids only, in Spotify's order; shapes.ts describes them. */
export interface Catalogue {
  /** Every distinct artist of the lists below. */
  artistIds: readonly string[];
  top: Readonly<Record<TimeRange, readonly string[]>>;
  followed: readonly string[];
  saved: readonly SavedTrack[];
  /** Artists of the plays that an account has from the start, the latest first. */
  playedIds: readonly string[];
}

/** Every fourth artist is one that all accounts share; the rest are the account's own. */
const FEATURED_EVERY = 4;
const MAX_TOP = 99;
const USUAL_FOLLOWED = 50;
const MAX_SAVED_ARTISTS = 40;
const MAX_SAVED_TRACKS = 150;
const TRACKS_AN_ARTIST = 4;
const MAX_ONLY_SAVED = 6;
const STARTING_PLAYS = 30;
/** How much of a list's order a time range may turn over. */
const SHUFFLE = { long_term: 0.15, medium_term: 0.4, short_term: 0.8 } as const;

/**
 * The same `source` and sizes give the same catalogue in every process; a larger number keeps the smaller one's artists.
 *
 * Top, saved and followed lists overlap and together hold exactly `artists` distinct artists. An ordinary account has
 * 50 followed artists and 150 saved tracks; beyond that, the bulk is followed. A few artists have saved tracks only.
 */
export function buildCatalogue(source: string, sizes: Sizes): Catalogue {
  const ranges = stretches(sizes);
  const pool = chooseArtists(source, Math.max(...Object.values(ranges).map(([, to]) => to)));
  const ranked = pool.slice(...ranges.top);
  const share = (part: number) => Math.ceil(ranked.length * (typeof sizes.top === 'number' ? 1 : part));
  const followed = shuffled(pool.slice(...ranges.followed), `${source} followed`);
  const saved = saveTracks(pool.slice(...ranges.saved), source, sizes.saved);
  const credited = saved.flatMap(({ artistIds }) => artistIds);
  const listed = new Set([...ranked, ...followed, ...credited]);
  return {
    artistIds: pool.filter((id) => listed.has(id)),
    top: {
      long_term: drift(ranked, source, 'long_term'),
      medium_term: drift(ranked.slice(0, share(0.8)), source, 'medium_term'),
      short_term: drift(ranked.slice(0, share(0.6)), source, 'short_term'),
    },
    followed,
    saved,
    playedIds: choosePlayed(ranked, source),
  };
}

type Stretch = [from: number, to: number];

/** Which stretch of the artists each list takes. */
function stretches({ artists, ...given }: Sizes): Record<'top' | 'followed' | 'saved', Stretch> {
  const usual = coverage(artists);
  const top = given.top ?? usual.top;
  // A list of a given length begins in the middle of the top artists: tastes overlap.
  const from = Math.floor(top / 2);
  const { followed, saved } = given;
  return {
    top: [0, top],
    followed: typeof followed === 'number' ? [from, from + followed] : [usual.followedFrom, artists],
    saved:
      typeof saved === 'number'
        ? [from, from + Math.ceil(saved / TRACKS_AN_ARTIST)]
        : [usual.savedFrom, Math.min(usual.savedTo, artists)],
  };
}

/** The lengths by the number of artists alone: together the stretches leave none out. */
function coverage(count: number) {
  const top = Math.min(MAX_TOP, Math.ceil(count * 0.6));
  const savedArtists = Math.min(MAX_SAVED_ARTISTS, Math.ceil(count * 0.3));
  const savedFrom = top - Math.floor(savedArtists / 2);
  const onlySaved = Math.min(MAX_ONLY_SAVED, Math.floor(count / 20));
  const usual = Math.min(USUAL_FOLLOWED, Math.ceil(count * 0.37));
  const followed = Math.max(usual, count - top - onlySaved);
  return { top, savedFrom, savedTo: savedFrom + savedArtists, followedFrom: count - followed };
}

function chooseArtists(source: string, count: number): string[] {
  const featured = [...FEATURED_ARTISTS.keys()];
  return Array.from(
    { length: count },
    (_, index) =>
      (index % FEATURED_EVERY === 0 ? featured[index / FEATURED_EVERY] : undefined) ??
      spotifyId(`artist ${index} of ${source}`),
  );
}

function drift(ids: readonly string[], source: string, range: TimeRange): string[] {
  return sortedBy(
    ids,
    (id, index) => index + fraction(`${source} ${range} ${id}`) * SHUFFLE[range] * ids.length,
  );
}

function shuffled(ids: readonly string[], source: string): string[] {
  return sortedBy(ids, (id) => fraction(`${source} ${id}`));
}

function sortedBy(ids: readonly string[], weightOf: (id: string, index: number) => number): string[] {
  return ids
    .map((id, index) => ({ id, weight: weightOf(id, index) }))
    .sort((a, b) => a.weight - b.weight)
    .map(({ id }) => id);
}

function saveTracks(
  artistIds: readonly string[],
  source: string,
  given: number | null | undefined,
): SavedTrack[] {
  const length = given ?? Math.min(MAX_SAVED_TRACKS, artistIds.length * TRACKS_AN_ARTIST);
  return Array.from({ length }, (_, index) => {
    const main = artistIds[index] ?? pick(artistIds, `${source} saved ${index}`);
    const guest = index % 5 === 4 ? pick(artistIds, `${source} guest ${index}`) : main;
    return {
      id: spotifyId(`track ${index} of ${source}`),
      artistIds: guest === main ? [main] : [main, guest],
    };
  });
}

function choosePlayed(ids: readonly string[], source: string): string[] {
  if (ids.length === 0) return [];
  return Array.from({ length: STARTING_PLAYS }, (_, index) => pick(ids, `${source} play ${index}`));
}

/** Favours the beginning of the list, as listeners do. */
function pick(ids: readonly string[], source: string): string {
  const chosen = ids[Math.floor(fraction(source) ** 2 * ids.length)];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}

/** Half a million ids are about 40 MB: more catalogues than that are built again when asked for. */
const MAX_KEPT_ARTISTS = 500_000;

/** Catalogues by account, built once and kept within a bound, the oldest forgotten first. */
export function createCatalogues(seed: string, maxKeptArtists = MAX_KEPT_ARTISTS) {
  const kept = new Map<string, Catalogue>();
  let keptArtists = 0;

  return {
    of(account: string, { artists, top, followed, saved }: Sizes): Catalogue {
      const key = `${[artists, top, followed, saved]} ${account}`;
      const known = kept.get(key);
      if (known) return known;
      const sizes = { artists, top: top ?? null, followed: followed ?? null, saved: saved ?? null };
      const built = buildCatalogue(`${seed}/${account}`, sizes);
      kept.set(key, built);
      keptArtists += built.artistIds.length;
      for (const [oldKey, old] of kept) {
        if (keptArtists <= maxKeptArtists || oldKey === key) break;
        kept.delete(oldKey);
        keptArtists -= old.artistIds.length;
      }
      return built;
    },
  };
}

export type Catalogues = ReturnType<typeof createCatalogues>;
