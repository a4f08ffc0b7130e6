/**
 * One artist of a user's list, as it is computed, stored and served.
 *
 * A list is sorted by `score` descending, ties by `id` ascending; the rank is the position and is never stored.
 */
export interface Artist {
  /** Spotify artist id: 22 characters, base62. */
  id: string;
  name: string;
  /** The widest image, or null: Spotify has artists without any. */
  image_url: string | null;
  /** Link back to Spotify (its terms ask for one). */
  url: string;
  /** Empty for applications in Spotify's development mode. */
  genres: string[];
  /** 0–100, two decimals. */
  score: number;
  /** Chosen by the user in the app. */
  selected: boolean;
  platform: 'spotify';
}

/** The order of every list: best score first, ties by id, so that two computations of equal inputs agree. */
export function byScoreThenId(a: Artist, b: Artist): number {
  return b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** A place in a list of `of` artists; 1 is the best. */
export interface Standing {
  rank: number;
  of: number;
}
