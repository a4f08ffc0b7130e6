import { spotifyId } from './base62.ts';
import type { Catalogue, SavedTrack, TimeRange } from './catalogue.ts';
import type { Shape } from './settings.ts';
import { fullArtist, track } from './shapes.ts';

/*
 * What lists of real listeners have been seen to hold beside what an application looks for. None of it is an artist that
 * counts, so a list with oddities has the same artists as the one without.
 */

const ODD_ARTISTS = ['null', 'without id', 'id null', 'name null', 'a show', 'again'] as const;
const ODD_ENTRIES = ['null', 'track null', 'an episode', 'a local file', 'credits a show', 'again'] as const;

export type OddArtist = (typeof ODD_ARTISTS)[number];
export type OddEntry = (typeof ODD_ENTRIES)[number];

/** An odd item, and the ordinary one that stands before it: what it is like, or is again. */
export interface Odd<Kind, Item> {
  odd: Kind;
  like: Item;
}

/** One item in so many is followed by an odd one; the shortest list has one. */
const EVERY = 12;

function mix<Kind, Item>(list: readonly Item[], kinds: readonly Kind[]): (Item | Odd<Kind, Item>)[] {
  return list.flatMap((item, i) => {
    const odd = i % EVERY === 0 ? kinds[(i / EVERY) % kinds.length] : undefined;
    return odd === undefined ? [item] : [item, { odd, like: item }];
  });
}

/** An odd play a minute before the ordinary one that it follows. */
export const withOddPlays = <Play extends { playedAtMs: number }>(plays: readonly Play[]) =>
  mix(plays, ODD_ENTRIES).map((play): Play & { odd?: OddEntry } =>
    'like' in play ? { ...play.like, playedAtMs: play.like.playedAtMs - 60_000, odd: play.odd } : play,
  );

/** The lists as they are shown, in Spotify's order. */
export interface Lists {
  top: Readonly<Record<TimeRange, readonly (string | Odd<OddArtist, string>)[]>>;
  followed: readonly (string | Odd<OddArtist, string>)[];
  /** A cursor for each place of `followed`, and where each stands: so that a cursor costs no search. */
  cursors: readonly string[];
  cursorIndex: ReadonlyMap<string, number>;
  saved: readonly (SavedTrack | Odd<OddEntry, SavedTrack>)[];
}

const shown = { plain: new WeakMap<Catalogue, Lists>(), odd: new WeakMap<Catalogue, Lists>() };

/** The lists of a catalogue, with or without odd items among those that count; built once. */
export function listsOf(catalogue: Catalogue, oddities: boolean): Lists {
  const kept = oddities ? shown.odd : shown.plain;
  const known = kept.get(catalogue);
  if (known) return known;
  const built = buildLists(catalogue, oddities);
  kept.set(catalogue, built);
  return built;
}

function buildLists({ top, followed: ids, saved }: Catalogue, oddities: boolean): Lists {
  const artists = (list: readonly string[]) => (oddities ? mix(list, ODD_ARTISTS) : list);
  const followed = artists(ids);
  // An odd item has no id of its own: another one stands for its place.
  const cursors = followed.map((item, i) => (typeof item === 'string' ? item : spotifyId(`place ${i}`)));
  return {
    top: {
      short_term: artists(top.short_term),
      medium_term: artists(top.medium_term),
      long_term: artists(top.long_term),
    },
    followed,
    cursors,
    cursorIndex: new Map(cursors.map((id, i) => [id, i])),
    saved: oddities ? mix(saved, ODD_ENTRIES) : saved,
  };
}

/** An item as the lists of top and followed artists carry it. */
export function artistItem(item: string | Odd<OddArtist, string>, shape: Shape): object | null {
  if (typeof item === 'string') return fullArtist(item, shape);
  const { id, ...nameless } = fullArtist(item.like, shape);
  switch (item.odd) {
    case 'null':
      return null;
    case 'without id':
      return nameless;
    case 'id null':
      return { ...nameless, id: null };
    case 'name null':
      return { ...nameless, id, name: null, images: null };
    case 'a show':
      return { ...nameless, id, type: 'show', uri: `spotify:show:${id}` };
    case 'again':
      return { ...nameless, id };
  }
}

/** What stands in the place of a saved track, or of one that was played; null where the item itself is null. */
export function oddTrack(
  { odd, like }: Odd<OddEntry, SavedTrack>,
  shape: Shape,
): { track: object | null } | null {
  const ordinary = track(like.id, like.artistIds, shape);
  const { artists, album: _, ...bare } = ordinary;
  switch (odd) {
    case 'null':
      return null;
    case 'track null':
      return { track: null };
    case 'an episode':
      return { track: { ...bare, type: 'episode', uri: `spotify:episode:${like.id}` } };
    case 'a local file': {
      const unnamed = {
        external_urls: {},
        href: null,
        id: null,
        name: 'Unknown artist',
        type: 'artist',
        uri: null,
      };
      const file = {
        id: null,
        href: null,
        uri: 'spotify:local:::A+file:180',
        is_local: true,
        external_urls: {},
      };
      return { track: { ...ordinary, ...file, artists: [unnamed] } };
    }
    case 'credits a show':
      return {
        track: { ...ordinary, id: null, artists: artists.map((artist) => ({ ...artist, type: 'show' })) },
      };
    case 'again':
      return { track: ordinary };
  }
}
