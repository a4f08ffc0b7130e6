import type { InferOutput } from 'valibot';
import type { Standing } from '../artists/scoring.ts';
import type { OptionalList } from '../errors.ts';
import { PAGE_SIZE, readByCursor, readByOffset } from './paging.ts';
import { type ArtistReply, FollowedArtistsReply, SavedTracksReply, TopArtistsReply } from './schemas.ts';
import { unavailable } from './unavailable.ts';
import type { WebApiSession } from './web-api.ts';

/** Spotify has given 99 artists a term, then more; beyond 200 a rank says little, and each page is a call. */
const MAX_TOP = 200;
/** Artists followed: what more there were would take longer than any request. */
const MAX_FOLLOWED = 25_000;
/** The most recent 5,000 saved tracks (100 calls): older ones weigh too little in a score to be worth the quota. */
const MAX_SAVED_TRACKS = 5_000;

const NOTHING: ReadonlySet<OptionalList> = new Set();

/** An artist, and all that Spotify says of the listener's liking. */
export interface CollectedArtist {
  id: string;
  name: string;
  imageUrl: string | null;
  url: string;
  genres: string[];
  topShort?: Standing;
  topMedium?: Standing;
  topLong?: Standing;
  followed: boolean;
  /** Saved tracks that the artist is credited on. */
  savedTracks: number;
}

/**
 * Every artist that Spotify knows the listener by, each once: top artists of three terms, followed artists, artists of
 * saved tracks. All or nothing: a page that fails fails the whole. The lists are read side by side, so that it takes as
 * long as the longest of them; an ordinary account (50 followed, 150 saved tracks) takes about 10 calls in two rounds.
 *
 * Lists of `without` are neither read nor missed.
 *
 * @throws what `WebApiSession.get` throws; `failedListOf` tells whether it was an optional list.
 */
export async function collectArtists(
  api: WebApiSession,
  { without = NOTHING }: { without?: ReadonlySet<OptionalList> } = {},
): Promise<CollectedArtist[]> {
  // Followed artists first: their pages are the only ones that must wait for each other.
  const [followed, topShort, topMedium, topLong, saved] = await Promise.all([
    without.has('followed') ? [] : readFollowed(api),
    readTop(api, 'short_term'),
    readTop(api, 'medium_term'),
    readTop(api, 'long_term'),
    without.has('saved') ? [] : readSaved(api),
  ]);
  const artists = createCollection();
  for (const { artist, standing } of ranked(topShort)) artists.add(artist).topShort = standing;
  for (const { artist, standing } of ranked(topMedium)) artists.add(artist).topMedium = standing;
  for (const { artist, standing } of ranked(topLong)) artists.add(artist).topLong = standing;
  for (const artist of followed) artists.add(artist).followed = true;
  for (const artist of creditsOf(saved)) artists.add(artist).savedTracks += 1;
  return artists.all();
}

function readTop(api: WebApiSession, timeRange: string): Promise<ArtistReply[]> {
  return readByOffset(
    (offset) =>
      api.get('/v1/me/top/artists', { time_range: timeRange, limit: PAGE_SIZE, offset }, TopArtistsReply),
    MAX_TOP,
  );
}

type SavedTrack = InferOutput<typeof SavedTracksReply>['items'][number];

function readSaved(api: WebApiSession): Promise<SavedTrack[]> {
  return readByOffset(
    (offset) => api.get('/v1/me/tracks', { limit: PAGE_SIZE, offset }, SavedTracksReply),
    MAX_SAVED_TRACKS,
  );
}

function readFollowed(api: WebApiSession): Promise<ArtistReply[]> {
  return readByCursor(async (after) => {
    const query = { type: 'artist', limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
    const { artists } = await api.get('/v1/me/following', query, FollowedArtistsReply);
    if (artists.next === null) return { items: artists.items, after: undefined };
    const next = artists.cursors?.after ?? URL.parse(artists.next)?.searchParams.get('after');
    if (!next) throw unavailable('Spotify says that there is more, but not where', { bucket: 'following' });
    return { items: artists.items, after: next };
  }, MAX_FOLLOWED);
}

/** A list that moves while its pages are read may show an artist twice: the better place counts. */
function ranked(top: readonly ArtistReply[]): { artist: ArtistReply; standing: Standing }[] {
  // A Map keeps the place where a key stood first.
  const distinct = [...new Map(top.map((artist) => [artist.id, artist])).values()];
  return distinct.map((artist, i) => ({ artist, standing: { rank: i + 1, of: distinct.length } }));
}

/** The artists of each track, once a track; the same track on two pages is one track. */
function creditsOf(saved: readonly SavedTrack[]): ArtistReply[] {
  const tracks = new Map(saved.map(({ track }, i) => [track?.id ?? `without id ${i}`, track]));
  return [...tracks.values()].flatMap((track) => {
    const credits = track?.artists ?? [];
    return [...new Map(credits.map((artist) => [artist.id, artist])).values()].filter(hasId);
  });
}

const hasId = <T extends { id: string | null }>(artist: T): artist is T & { id: string } =>
  artist.id !== null;

function createCollection() {
  const artists = new Map<string, CollectedArtist>();
  return {
    all: () => [...artists.values()],

    /** The artist's one record. Artists of tracks carry no image or genre: what another list knows is kept. */
    add(reply: ArtistReply): CollectedArtist {
      const known = artists.get(reply.id);
      if (!known) {
        const artist = describe(reply);
        artists.set(reply.id, artist);
        return artist;
      }
      known.imageUrl ??= widestImage(reply);
      if (known.genres.length === 0) known.genres = reply.genres;
      return known;
    },
  };
}

function describe(reply: ArtistReply): CollectedArtist {
  return {
    id: reply.id,
    name: reply.name,
    imageUrl: widestImage(reply),
    url: reply.external_urls?.spotify ?? `https://open.spotify.com/artist/${reply.id}`,
    genres: reply.genres,
    followed: false,
    savedTracks: 0,
  };
}

/** Spotify puts the widest first; where widths are given, they decide. */
function widestImage({ images }: ArtistReply): string | null {
  const [first, ...others] = images;
  if (!first) return null;
  return others.reduce((widest, image) => ((image.width ?? 0) > (widest.width ?? 0) ? image : widest), first)
    .url;
}
