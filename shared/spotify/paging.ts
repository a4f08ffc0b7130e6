import type { PlatformBucket } from '../errors.ts';
import { unavailable } from './replies.ts';
import type { SkipReason } from './schemas.ts';

/** As many as Spotify gives at once. */
export const PAGE_SIZE = 50;
/** So many items may be missing at the most without a doubt: Spotify leaves out what it may not show. */
const FEW = 10;
/** Of a long list more are missing here and there, without a page that failed. */
const MISSING_SHARE = 0.03;

/** What a reply says, and gives. Each of the numbers may be missing, and none is believed without the items. */
interface Page<TItem> {
  items: TItem[];
  skipped: readonly SkipReason[];
  limit?: number | undefined;
  total?: number | undefined;
  next?: string | null | undefined;
}

export interface OffsetPage<TItem> extends Page<TItem> {
  offset?: number | undefined;
}

export interface CursorPage<TItem> extends Page<TItem> {
  after?: string | null | undefined;
}

interface ListOptions<TItem> {
  bucket: PlatformBucket;
  /** What tells an item from others; undefined: it cannot be told. */
  keyOf: (item: TItem) => string | undefined;
}

/** A list of which the first page was read. */
export interface BegunList<TItem> {
  /** How long it says it is. */
  size: number;
  /** How many items a page stands for, by what the first reply gave: calls are counted by it, not by what was asked. */
  pageSize: number;
  /**
   * The items of the first `pages`, each once. Where a later page gives less than the first, more calls are made as
   * long as `mayReadOn` allows each.
   *
   * @throws PlatformUnavailable when a page is not the one that was asked for, or lacks what the list says it has.
   */
  read(pages: number, mayReadOn?: () => boolean): Promise<TItem[]>;
}

/** A page, and the stretch of the list that it stands for. */
interface PlacedPage<TItem> extends OffsetPage<TItem> {
  offset: number;
  end: number;
}

/** A list by offset: after the first page all others at once, then those that the replies left open. */
export async function beginByOffset<TItem>(
  readPage: (offset: number) => Promise<OffsetPage<TItem>>,
  options: ListOptions<TItem>,
): Promise<BegunList<TItem>> {
  async function pageAt(asked: number): Promise<PlacedPage<TItem>> {
    const page = await readPage(asked);
    if ((page.offset ?? asked) !== asked) {
      throw unavailable('Spotify answered another page', { bucket: options.bucket });
    }
    return { ...page, offset: asked, end: endOf({ ...page, offset: asked }) };
  }

  const first = await pageAt(0);
  return {
    size: sizeOf([first]),
    pageSize: first.end,
    async read(wanted, mayReadOn = () => true) {
      const max = wanted * first.end;
      const pages = [first];
      const planned: number[] = [];
      for (let at = first.end; at < Math.min(sizeOf(pages), max); at += first.end) planned.push(at);
      pages.push(...(await Promise.all(planned.map(pageAt))));
      for (let open = openOffset(pages); open !== undefined && open < max; open = openOffset(pages)) {
        if (!mayReadOn()) throw unavailable('Spotify gives ever smaller pages', { bucket: options.bucket });
        pages.push(await pageAt(open));
        pages.sort((a, b) => a.offset - b.offset);
      }
      const expected = Math.min(sizeOf(pages), max);
      const due = pages.filter(({ offset }) => offset < expected || offset === 0);
      return wholeListOf(due, expected, options).slice(0, max);
    },
  };
}

/** The longest that the pages say the list is, or show. */
function sizeOf(pages: readonly PlacedPage<unknown>[]): number {
  const shownBy = (page: PlacedPage<unknown>) => (givenBy(page) > 0 ? page.offset + givenBy(page) : 0);
  return Math.max(...pages.map((page) => Math.max(page.total ?? 0, shownBy(page))));
}

/** Where pages in their order leave a gap, or the list goes on; undefined when they are all there. */
function openOffset(pages: readonly PlacedPage<unknown>[]): number | undefined {
  let at = 0;
  let last: PlacedPage<unknown> | undefined;
  for (const page of pages) {
    if (page.offset > at) return at;
    if (page.end <= at) continue;
    at = page.end;
    last = page;
  }
  if (at < sizeOf(pages)) return at;
  // A list that grew, or does not know its length, only has its link to say that there is more.
  const goesOn = last?.next && (givenBy(last) > 0 || last.total === undefined);
  return goesOn ? at : undefined;
}

/**
 * Where a page ends: as far on as its limit says, or its link. Where it gave fewer than that although there are more, it
 * ends with what it gave; a few items alone are no page, though, that a list could be walked by.
 */
function endOf({ offset, ...page }: Omit<PlacedPage<unknown>, 'end'>): number {
  const given = givenBy(page);
  const step = Math.min(limitOf(page), offsetOfNext(page) - offset || PAGE_SIZE);
  const due = Math.min(step, (page.total ?? 0) - offset);
  return offset + (given > FEW && due - given > FEW ? given : Math.max(step, given));
}

/** Only a number is taken from the link: where it points does not matter. */
function offsetOfNext({ next, offset }: OffsetPage<unknown>): number {
  const text = next ? URL.parse(next)?.searchParams.get('offset') : undefined;
  const said = text && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return said > (offset ?? 0) ? said : Number.NaN;
}

/** A list by cursor: one page after the other, each says where the next begins. */
export async function beginByCursor<TItem extends { id: string }>(
  readPage: (after: string | undefined) => Promise<CursorPage<TItem>>,
  options: ListOptions<TItem>,
): Promise<BegunList<TItem>> {
  const first = await readPage(undefined);
  const size = first.total ?? givenBy(first);
  const pageSize = endOf({ ...first, offset: 0 });

  return {
    size,
    pageSize,
    async read(wanted) {
      const max = wanted * pageSize;
      const pages = [first];
      const cursors = new Set<string>();
      const known = new Set<string>();
      let withoutNews = 0;
      for (let page = first; ; ) {
        const before = known.size;
        for (const { id } of page.items) known.add(id);
        withoutNews = known.size > before ? 0 : withoutNews + 1;
        const goesOn = Boolean(page.next) || size - known.size > FEW;
        const told = cursorOf(page);
        const after = told ?? (goesOn && withoutNews === 0 ? page.items.at(-1)?.id : undefined);
        if (known.size >= max || (after === undefined && !page.next)) break;
        // A list that brings nothing new, or leads back or nowhere, has no end.
        if (after === undefined || withoutNews > 1 || cursors.has(after)) {
          throw unavailable('Spotify goes round in its list', { bucket: options.bucket });
        }
        cursors.add(after);
        page = await readPage(after);
        // A page that we were not told of may be none.
        if (told !== undefined || givenBy(page) > 0) pages.push(page);
      }
      return wholeListOf(pages, Math.min(size, max), options).slice(0, max);
    },
  };
}

/** The cursor of the page's end, which its link may tell as well; undefined on the last page. */
function cursorOf({ after, next }: CursorPage<unknown>): string | undefined {
  return after || (next && URL.parse(next)?.searchParams.get('after')) || undefined;
}

const givenBy = ({ items, skipped }: Page<unknown>) => items.length + skipped.length;

/** How much the page was to give: what it says, and never more than we asked for. */
const limitOf = ({ limit }: Page<unknown>) => Math.min(limit || PAGE_SIZE, PAGE_SIZE);

/** @throws PlatformUnavailable when so much is missing that a page must have failed. */
function wholeListOf<TItem>(
  pages: readonly Page<TItem>[],
  expected: number,
  { keyOf, bucket }: ListOptions<TItem>,
): TItem[] {
  const distinct = new Map<unknown, TItem>();
  for (const item of pages.flatMap(({ items }) => items)) {
    // Where an item stood first is its place.
    const key = keyOf(item) ?? item;
    if (!distinct.has(key)) distinct.set(key, item);
  }
  const skipped = pages.reduce((sum, page) => sum + page.skipped.length, 0);
  const missing = expected - distinct.size - skipped;
  const isMuch = missing >= Math.max(Math.min(...pages.map(limitOf)), expected * MISSING_SHARE);
  if (isMuch || (missing > FEW && pages.some((page) => givenBy(page) === 0))) {
    throw unavailable('Spotify left out a page', { bucket });
  }
  return [...distinct.values()];
}
