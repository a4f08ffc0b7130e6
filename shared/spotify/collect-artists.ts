import type { Standing } from '../artist.ts';
import type { OptionalList } from '../errors.ts';
import { type BegunList, beginByCursor, beginByOffset, PAGE_SIZE } from './paging.ts';
import {
  type ArtistReply,
  FollowedArtistsReply,
  type SavedTrackReply,
  SavedTracksReply,
  TopArtistsReply,
} from './schemas.ts';
import { takeSpare, type WebApiSession } from './web-api.ts';

/** Artists followed: what more there were would take longer than any computation. */
const MAX_FOLLOWED = 25_000;

const TERMS = [
  ['short_term', 'topShort'],
  ['medium_term', 'topMedium'],
  ['long_term', 'topLong'],
] as const;

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
 * saved tracks, as far as the budget of calls goes. All or nothing: a page that fails fails the whole. The lists are read side by
 * side, so that it takes as long as the longest of them; an ordinary account (50 followed, 150 saved tracks) takes about
 * 10 calls in two rounds.
 *
 * Lists of `without` are neither read nor missed.
 *
 * @throws what `WebApiSession.get` throws; `failedListOf` tells whether it was an optional list.
 */
export async function collectArtists(
  api: WebApiSession,
  without: readonly OptionalList[] = [],
): Promise<CollectedArtist[]> {
  // Followed artists first: their pages are the only ones that must wait for each other.
  const [[followed, saved], top] = await requiredFirst(
    Promise.all([
      without.includes('followed') ? undefined : beginFollowed(api),
      without.includes('saved') ? undefined : beginSaved(api),
    ]),
    Promise.all(TERMS.map(([term]) => beginTop(api, term))),
  );
  const budget = allot({ followed, top, saved }, api.usage.calls);
  api.spare.left = budget.spare;
  const mayReadOn = () => takeSpare(api.spare);
  const [[followedArtists = [], savedTracks = []], topArtists] = await requiredFirst(
    Promise.all([followed?.read(MAX_FOLLOWED / followed.pageSize), saved?.read(budget.saved, mayReadOn)]),
    Promise.all(top.map((list, i) => list.read(budget.top[i] ?? 1, mayReadOn))),
  );
  const artists = createCollection();
  for (const [i, [, standing]] of TERMS.entries()) {
    const list = topArtists[i] ?? [];
    for (const [place, artist] of list.entries()) {
      artists.add(artist)[standing] = { rank: place + 1, of: list.length };
    }
  }
  for (const artist of followedArtists) artists.add(artist).followed = true;
  for (const artist of savedTracks.flatMap(creditsOf)) artists.add(artist).savedTracks += 1;
  return artists.all();
}

/**
 * What both give. Where the required lists fail too, it is an outage and theirs is the failure: an optional list has
 * failed by itself only when the rest has answered.
 */
async function requiredFirst<TOptional, TRequired>(
  optional: Promise<TOptional>,
  required: Promise<TRequired>,
): Promise<[TOptional, TRequired]> {
  optional.catch(() => undefined);
  const given = await required;
  return [await optional, given];
}

function beginTop(api: WebApiSession, term: string): Promise<BegunList<ArtistReply>> {
  const readPage = (offset: number) =>
    api.get('/v1/me/top/artists', { time_range: term, limit: PAGE_SIZE, offset }, TopArtistsReply);
  return beginByOffset(readPage, { bucket: 'top', keyOf: ({ id }) => id });
}

function beginSaved(api: WebApiSession): Promise<BegunList<SavedTrackReply>> {
  const readPage = (offset: number) =>
    api.get('/v1/me/tracks', { limit: PAGE_SIZE, offset }, SavedTracksReply);
  return beginByOffset(readPage, { bucket: 'tracks', keyOf: ({ track }) => track.id ?? undefined });
}

function beginFollowed(api: WebApiSession): Promise<BegunList<ArtistReply>> {
  const readPage = (after: string | undefined) => {
    const query = { type: 'artist', limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
    return api.get('/v1/me/following', query, FollowedArtistsReply);
  };
  return beginByCursor(readPage, { bucket: 'following', keyOf: ({ id }) => id });
}

/** The artists of a track, each once. */
const creditsOf = ({ track }: SavedTrackReply): ArtistReply[] => [
  ...new Map(track.artists.map((artist) => [artist.id, artist])).values(),
];

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
    url: linkOf(reply),
    genres: reply.genres,
    followed: false,
    savedTracks: 0,
  };
}

/** Spotify's own page of the artist: a link to anywhere else is none that an app may open. */
function linkOf({ id, external_urls }: ArtistReply): string {
  const link = URL.parse(external_urls?.spotify ?? '');
  return link?.origin === 'https://open.spotify.com'
    ? `${link.origin}${link.pathname}${link.search}`
    : `https://open.spotify.com/artist/${id}`;
}

/** Spotify puts the widest first; where widths are given, they decide. */
function widestImage({ images }: ArtistReply): string | null {
  const [first, ...others] = images;
  if (!first) return null;
  return others.reduce((widest, image) => ((image.width ?? 0) > (widest.width ?? 0) ? image : widest), first)
    .url;
}

/** What a computation may ask of Spotify, the refresh of a token among them. */
const MAX_CALLS = 30;
/** Of these, for calls that must be repeated and pages that no reply foretold. */
const SPARE_CALLS = 2;
/** Spotify gives up to 200 artists a term. */
const MAX_TOP = 200;
const MIN_TOP_PAGES = 2;
/** The most recent saved tracks: older ones weigh little in a score. */
const MAX_SAVED = 500;
const MIN_SAVED_PAGES = 3;

/** What the first page of a list tells of all its pages. */
type Length = Pick<BegunList<unknown>, 'size' | 'pageSize'>;

/** How many pages of each list are read, the first one included. */
export interface Allotment {
  /** Of each term. */
  top: number[];
  saved: number;
  /** What is left for calls that nothing foretold. */
  spare: number;
}

/**
 * How far the lists are read, from how long they are, how much their pages give, and the calls that were made until
 * their first pages were there. Followed artists are read to their end, and go first; then top artists; saved tracks, the
 * newest first, get what is left. Neither of the two is kept below its least, so that an account which follows more
 * than 18 pages of artists may exceed the budget. Pure.
 */
export function allot(
  lists: { followed?: Length | undefined; top: readonly Length[]; saved?: Length | undefined },
  callsMade: number,
): Allotment {
  const { followed, top, saved } = lists;
  const firstPages = [followed, ...top, saved].filter((list) => list !== undefined).length;
  const plannable = MAX_CALLS - SPARE_CALLS - callsMade + firstPages;
  const followedPages = followed ? pagesOf(followed) : 0;
  const minSaved = saved ? Math.min(MIN_SAVED_PAGES, pagesOf(saved)) : 0;
  const share = Math.floor((plannable - followedPages - minSaved) / top.length);
  const topPages = top.map((list) => Math.min(pagesOf(list, MAX_TOP), Math.max(MIN_TOP_PAGES, share)));
  const left = plannable - followedPages - sum(topPages);
  const savedPages = saved ? Math.min(pagesOf(saved, MAX_SAVED), Math.max(minSaved, left)) : 0;
  const unused = left - savedPages;
  return { top: topPages, saved: savedPages, spare: SPARE_CALLS + Math.max(0, unused) };
}

/** At least one: a list that is empty has a page that says so. */
const pagesOf = ({ size, pageSize }: Length, max = Number.POSITIVE_INFINITY) =>
  Math.max(1, Math.ceil(Math.min(size, max) / pageSize));

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
