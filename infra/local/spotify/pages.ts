import { MAX_PLAYS, type Play } from './accounts.ts';
import { spotifyId } from './base62.ts';
import { type Catalogue, TIME_RANGES, type TimeRange } from './catalogue.ts';
import type { Shape } from './settings.ts';
import { fullArtist, listener, track } from './shapes.ts';

/** What a call of the Web API reads from. */
export interface Listener {
  account: string;
  shape: Shape;
  catalogue: Catalogue;
  /** The latest first. */
  plays: () => Play[];
}

/** A parameter that Spotify refuses with a 400. */
export class BadParameter extends Error {}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;
const WHOLE_NUMBER = /^\d{1,15}$/;
/** The latest track was saved then, each other one a day before the one above it. */
const LAST_SAVED_MS = Date.UTC(2026, 5, 30, 20, 15);
const DAY_MS = 86_400_000;

export function topArtists({ catalogue, shape }: Listener, url: URL) {
  const range = url.searchParams.get('time_range') || 'medium_term';
  if (!isTimeRange(range)) throw new BadParameter('Invalid time range');
  return offsetPage(catalogue.top[range], url, (id) => fullArtist(id, shape));
}

export function savedTracks({ catalogue, shape }: Listener, url: URL) {
  return offsetPage(catalogue.saved, url, ({ id, artistIds }, index) => ({
    added_at: new Date(LAST_SAVED_MS - index * DAY_MS).toISOString().replace('.000', ''),
    track: track(id, artistIds, shape),
  }));
}

/** Pages by cursor; an `offset` is ignored, as Spotify ignores it. */
export function followedArtists({ catalogue, shape }: Listener, url: URL) {
  if (!url.searchParams.has('type')) throw new BadParameter('Missing parameter type');
  if (url.searchParams.get('type') !== 'artist') throw new BadParameter('Invalid type');
  const limit = readLimit(url);
  const after = url.searchParams.get('after');
  const from = after ? catalogue.followedIndex.get(after) : -1;
  if (from === undefined) throw new BadParameter('Invalid cursor');
  const ids = catalogue.followed.slice(from + 1, from + 1 + limit);
  const last = from + 1 + limit < catalogue.followed.length ? (ids.at(-1) ?? null) : null;
  return {
    artists: {
      cursors: { after: last },
      href: link(url, {}),
      items: ids.map((id) => fullArtist(id, shape)),
      limit,
      next: last === null ? null : link(url, { type: 'artist', after: last, limit }),
      total: catalogue.followed.length,
    },
  };
}

/** `after` and `before` are milliseconds; the latest play comes first; an empty page has no cursors. */
export function recentlyPlayed({ plays, shape }: Listener, url: URL) {
  const limit = readLimit(url);
  const after = readNumber(url, 'after');
  const before = readNumber(url, 'before');
  if (after !== undefined && before !== undefined)
    throw new BadParameter('Only one of after and before is allowed');
  const eligible = plays().filter(
    ({ playedAtMs }) => playedAtMs > (after ?? -1) && playedAtMs < (before ?? Number.POSITIVE_INFINITY),
  );
  const page = eligible.slice(0, limit);
  const [newest, oldest] = [page[0], page.at(-1)];
  const more = after === undefined && eligible.length > limit;
  return {
    cursors: newest && oldest ? { after: `${newest.playedAtMs}`, before: `${oldest.playedAtMs}` } : null,
    href: link(url, {}),
    items: page.map(({ artistId, playedAtMs }) => ({
      context: null,
      played_at: new Date(playedAtMs).toISOString(),
      track: track(spotifyId(`played track ${playedAtMs % MAX_PLAYS} of ${artistId}`), [artistId], shape),
    })),
    limit,
    next: more && oldest ? link(url, { before: oldest.playedAtMs, limit }) : null,
  };
}

export function ownProfile({ account, shape }: Listener) {
  return listener(account, shape);
}

function offsetPage<Item, Shown>(
  list: readonly Item[],
  url: URL,
  show: (item: Item, index: number) => Shown,
) {
  const limit = readLimit(url);
  const offset = readNumber(url, 'offset') ?? 0;
  const at = (position: number) => link(url, { offset: position, limit });
  return {
    href: link(url, {}),
    items: list.slice(offset, offset + limit).map((item, index) => show(item, offset + index)),
    limit,
    next: offset + limit < list.length ? at(offset + limit) : null,
    offset,
    previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
    total: list.length,
  };
}

function readLimit(url: URL): number {
  const limit = readNumber(url, 'limit') ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) throw new BadParameter('Invalid limit');
  return limit;
}

function readNumber(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  if (!WHOLE_NUMBER.test(text)) throw new BadParameter(`Invalid ${name}`);
  return Number(text);
}

function isTimeRange(text: string): text is TimeRange {
  return TIME_RANGES.some((range) => range === text);
}

/** The address of this list with other parameters. */
function link(url: URL, parameters: Record<string, string | number>): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, String(value));
  return address.href;
}
