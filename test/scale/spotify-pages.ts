import { REQUIRED_SCOPES } from '../../shared/spotify/endpoints.ts';
import { realisticArtists } from '../support/realistic-artists.ts';

/*
 * The account that all have: 137 artists, which a computation reads in ten calls, as the ordinary account of the bench.
 * Its pages are short, because reading their items takes processor time and nothing else.
 */
const TOP = 30;
const FOLLOWED = { size: 20, limit: 10 };
const SAVED = { size: 27, limit: 7 };

const artists = realisticArtists(3 * TOP + FOLLOWED.size + SAVED.size).map(
  ({ id, name, image_url, url }) => ({
    type: 'artist',
    id,
    name,
    images: image_url ? [{ url: image_url, width: 640 }] : [],
    external_urls: { spotify: url },
  }),
);
type ArtistJson = (typeof artists)[number];

const ARTISTS = artists.length;
export const artistIdAt = (place: number): string => (artists[place % ARTISTS] as ArtistJson).id;

const tops = Object.fromEntries(
  ['short_term', 'medium_term', 'long_term'].map((term, i) => [term, artists.slice(i * TOP, (i + 1) * TOP)]),
);
const followed = artists.slice(3 * TOP, 3 * TOP + FOLLOWED.size);
const saved = artists.slice(3 * TOP + FOLLOWED.size);

const bodies = new Map<string, string>();

/** What Spotify answers to a call when all is well. */
export function bodyOf(url: URL): string {
  const key = url.pathname + url.search;
  const known = bodies.get(key);
  if (known !== undefined) return known;
  const body = JSON.stringify(replyTo(url.pathname, url.searchParams));
  bodies.set(key, body);
  return body;
}

function replyTo(path: string, query: URLSearchParams): unknown {
  const offset = Number(query.get('offset') ?? 0);
  switch (path) {
    case '/api/token':
      return {
        access_token: 'access',
        token_type: 'Bearer',
        scope: REQUIRED_SCOPES.join(' '),
        expires_in: 3600,
      };
    case '/v1/me/top/artists':
      return { items: tops[query.get('time_range') ?? ''], limit: 50, offset, total: TOP, next: null };
    case '/v1/me/following':
      return { artists: followedAfter(query.get('after')) };
    case '/v1/me/tracks': {
      const { size, limit } = SAVED;
      const items = saved
        .slice(offset, offset + limit)
        .map((artist) => ({ track: { id: artist.id, artists: [artist] } }));
      return { items, limit, offset, total: size, next: null };
    }
    default:
      throw new Error(`Spotify is not simulated at ${path}`);
  }
}

function followedAfter(after: string | null) {
  const { size, limit } = FOLLOWED;
  const from = 1 + followed.findIndex(({ id }) => id === after);
  const items = followed.slice(from, from + limit);
  const last = from + limit >= size ? null : (items.at(-1)?.id ?? null);
  const next = last && `https://api.spotify.com/v1/me/following?type=artist&after=${last}`;
  return { items, limit, total: size, cursors: { after: last }, next };
}
