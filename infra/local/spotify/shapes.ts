import { digest, spotifyId } from './base62.ts';
import { artistName, FEATURED_ARTISTS, titleOf } from './names.ts';
import type { Shape } from './settings.ts';

/** Spotify's JSON of artists, tracks and listeners, each from its id alone. */

const ARTIST_IMAGE_SIZES = [
  [640, 'ab6761610000e5eb'],
  [320, 'ab67616100005174'],
  [160, 'ab6761610000f178'],
] as const;
const ALBUM_IMAGE_SIZES = [
  [640, 'ab67616d0000b273'],
  [300, 'ab67616d00001e02'],
  [64, 'ab67616d00004851'],
] as const;
const IMAGE_HEX_DIGITS = 24;
/** One invented artist in this many has no image. */
const WITHOUT_IMAGE_ONE_IN = 12;
const GENRES = ['art pop', 'chanson', 'country', 'dream pop', 'electro', 'hip hop', 'house', 'indie rock'];

/** An artist as top artists and followed artists carry it. */
export function fullArtist(id: string, shape: Shape) {
  const bits = digest(`artist ${id}`);
  const faceless = !FEATURED_ARTISTS.has(id) && number(bits, 0) % WITHOUT_IMAGE_ONE_IN === 0;
  const base = { ...simplifiedArtist(id), images: faceless ? [] : images(ARTIST_IMAGE_SIZES, bits) };
  if (shape === 'dev') return base;
  const firstGenre = number(bits, 4) % (GENRES.length + 2);
  return {
    ...base,
    followers: { href: null, total: number(bits, 1) % 5_000_000 },
    genres: GENRES.slice(firstGenre, firstGenre + 2),
    popularity: number(bits, 2) % 101,
  };
}

/** An artist as tracks carry it: no images, in either shape. */
function simplifiedArtist(id: string) {
  return {
    external_urls: { spotify: `https://open.spotify.com/artist/${id}` },
    href: `https://api.spotify.com/v1/artists/${id}`,
    id,
    name: artistName(id),
    type: 'artist',
    uri: `spotify:artist:${id}`,
  };
}

export function track(id: string, artistIds: readonly string[], shape: Shape) {
  const bits = digest(`track ${id}`);
  const artists = artistIds.map(simplifiedArtist);
  return {
    album: album(id, artists),
    artists,
    disc_number: 1,
    duration_ms: 120_000 + (number(bits, 0) % 240_000),
    explicit: number(bits, 1) % 7 === 0,
    external_urls: { spotify: `https://open.spotify.com/track/${id}` },
    href: `https://api.spotify.com/v1/tracks/${id}`,
    id,
    is_local: false,
    name: titleOf(id),
    track_number: 1 + (number(bits, 2) % 12),
    type: 'track',
    uri: `spotify:track:${id}`,
    ...(shape === 'legacy' ? { popularity: number(bits, 3) % 101, preview_url: null } : {}),
  };
}

function album(trackId: string, artists: ReturnType<typeof simplifiedArtist>[]) {
  const id = spotifyId(`album of ${trackId}`);
  return {
    album_type: 'album',
    artists,
    external_urls: { spotify: `https://open.spotify.com/album/${id}` },
    href: `https://api.spotify.com/v1/albums/${id}`,
    id,
    images: images(ALBUM_IMAGE_SIZES, digest(`album ${id}`)),
    name: titleOf(id),
    release_date: `${2000 + (number(digest(id), 0) % 26)}`,
    release_date_precision: 'year',
    total_tracks: 12,
    type: 'album',
    uri: `spotify:album:${id}`,
  };
}

/** What never changes about an account: the only name of it that an application keeps. */
export const accountId = (account: string) => spotifyId(`account ${account}`);

/** `id` is what Spotify calls a user name. */
export function listener(account: string, shape: Shape) {
  const id = encodeURIComponent(account);
  return {
    account_id: accountId(account),
    display_name: account,
    external_urls: { spotify: `https://open.spotify.com/user/${id}` },
    href: `https://api.spotify.com/v1/users/${id}`,
    id: account,
    images: [],
    type: 'user',
    uri: `spotify:user:${id}`,
    ...(shape === 'legacy'
      ? { country: 'FR', followers: { href: null, total: 12 }, product: 'premium' }
      : {}),
  };
}

function images(sizes: readonly (readonly [size: number, prefix: string])[], bits: string) {
  const picture = bits.slice(-IMAGE_HEX_DIGITS);
  return sizes.map(([size, prefix]) => ({
    height: size,
    url: `https://i.scdn.co/image/${prefix}${picture}`,
    width: size,
  }));
}

/** The n-th 32-bit number of a digest. */
function number(bits: string, index: number): number {
  return Number.parseInt(bits.slice(index * 8, index * 8 + 8), 16);
}
