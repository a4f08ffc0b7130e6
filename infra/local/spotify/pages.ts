import { MAX_PLAYS, type Play } from './accounts.ts';
import { spotifyId } from './base62.ts';
import { TIME_RANGES, type TimeRange } from './catalogue.ts';
import { artistItem, type Lists, oddTrack } from './oddities.ts';
import type { Shape } from './settings.ts';
import { listener, track } from './shapes.ts';

/** What a call of the Web API reads from. */
export interface Listener {
  account: string;
  shape: Shape;
  lists: Lists;
  /** The most items that a page has, whatever was asked for. */
  maxLimit: number;
  /** The latest first. */
  plays: () => Play[];
}

/** A parameter that Spotify refuses with a 400. */
export class BadParameter extends Error {}

const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 50;
const WHOLE_NUMBER = /^\d{1,15}$/;
/** The latest track was saved then, each other one a day before the one above it. */
const LAST_SAVED_MS = Date.UTC(2026, 5, 30, 20, 15);
const DAY_MS = 86_400_000;

export function topArtists({ lists, maxLimit, shape }: Listener, url: URL) {
  const range = url.searchParams.get('time_range') || 'medium_term';
  if (!isTimeRange(range)) throw new BadParameter('Invalid time range');
  return offsetPage(lists.top[range], url, maxLimit, (item) => artistItem(item, shape));
}

export function savedTracks({ lists, maxLimit, shape }: Listener, url: URL) {
  return offsetPage(lists.saved, url, maxLimit, (item, index) => {
    const added_at = new Date(LAST_SAVED_MS - index * DAY_MS).toISOString().replace('.000', '');
    if (!('odd' in item)) return { added_at, track: track(item.id, item.artistIds, shape) };
    const odd = oddTrack(item, shape);
    return odd && { added_at, ...odd };
  });
}

/** Pages by cursor, the id of the last artist given; an `offset` is ignored, as Spotify ignores it. */
export function followedArtists({ lists, maxLimit, shape }: Listener, url: URL) {
  if (!url.searchParams.has('type')) throw new BadParameter('Missing parameter type');
  if (url.searchParams.get('type') !== 'artist') throw new BadParameter('Invalid type');
  const limit = readLimit(url, maxLimit);
  const { cursorIndex, cursors, followed } = lists;
  const after = url.searchParams.get('after');
  const from = after ? cursorIndex.get(after) : -1;
  if (from === undefined) throw new BadParameter('Invalid cursor');
  const end = from + 1 + limit;
  const last = end < followed.length ? (cursors[end - 1] ?? null) : null;
  return {
    artists: {
      cursors: { after: last },
      href: link(url, {}),
      items: followed.slice(from + 1, end).map((item) => artistItem(item, shape)),
      limit,
      next: last === null ? null : link(url, { type: 'artist', after: last, limit }),
      total: followed.length,
    },
  };
}

/** `after` and `before` are milliseconds; the latest play comes first; an empty page has no cursors. */
export function recentlyPlayed({ plays, maxLimit, shape }: Listener, url: URL) {
  const limit = readLimit(url, maxLimit);
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
    items: page.map((play) => playItem(play, shape)),
    limit,
    next: more && oldest ? link(url, { before: oldest.playedAtMs, limit }) : null,
  };
}

function playItem({ artistId, playedAtMs, odd }: Play, shape: Shape) {
  const id = spotifyId(`played track ${playedAtMs % MAX_PLAYS} of ${artistId}`);
  const shown = odd
    ? oddTrack({ odd, like: { id, artistIds: [artistId] } }, shape)
    : { track: track(id, [artistId], shape) };
  return shown && { context: null, played_at: new Date(playedAtMs).toISOString(), ...shown };
}

export function ownProfile({ account, shape }: Listener) {
  return listener(account, shape);
}

function offsetPage<Item, Shown>(
  list: readonly Item[],
  url: URL,
  maxLimit: number,
  show: (item: Item, index: number) => Shown,
) {
  const limit = readLimit(url, maxLimit);
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

function readLimit(url: URL, maxLimit: number): number {
  const limit = readNumber(url, 'limit') ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) throw new BadParameter('Invalid limit');
  return Math.min(limit, maxLimit);
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
