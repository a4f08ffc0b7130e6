import { unavailable } from './unavailable.ts';

/** As many as Spotify gives at once. */
export const PAGE_SIZE = 50;

interface OffsetPage<TItem> {
  items: TItem[];
  offset?: number | undefined;
  total: number;
  next: string | null;
}

/**
 * All items of a list by offset, up to `max`: the first page, then all others at once, since its `total` says where
 * they are. Where a list grew meanwhile, the pages beyond follow one by one.
 *
 * @throws PlatformUnavailable when a page is not the one that was asked for.
 */
export async function readByOffset<TItem>(
  readPage: (offset: number) => Promise<OffsetPage<TItem>>,
  max: number,
): Promise<TItem[]> {
  async function pageAt(offset: number) {
    const page = await readPage(offset);
    if ((page.offset ?? offset) !== offset) throw unavailable('Spotify answered another page');
    return page;
  }

  const first = await pageAt(0);
  if (first.next === null) return first.items;
  const pages = [first, ...(await Promise.all(offsetsUpTo(Math.min(first.total, max)).map(pageAt)))];
  let last = pages.at(-1) ?? first;
  while (last.next !== null && last.items.length > 0 && pages.length * PAGE_SIZE < max) {
    last = await pageAt(pages.length * PAGE_SIZE);
    pages.push(last);
  }
  return pages.flatMap(({ items }) => items);
}

/** The offsets of all pages but the first. */
function offsetsUpTo(total: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(total / PAGE_SIZE) - 1) }, (_, i) => (i + 1) * PAGE_SIZE);
}

interface CursorPage<TItem> {
  items: TItem[];
  after: string | undefined;
}

/**
 * All items of a list by cursor, one page after the other: each says where the next begins.
 *
 * @throws PlatformUnavailable when the list turns in a circle or has no end.
 */
export async function readByCursor<TItem extends { id: string }>(
  readPage: (after: string | undefined) => Promise<CursorPage<TItem>>,
  max: number,
): Promise<TItem[]> {
  const items = new Map<string, TItem>();
  let after: string | undefined;
  do {
    const page = await readPage(after);
    const before = items.size;
    for (const item of page.items) items.set(item.id, item);
    // Each page must bring something new, or we are going round.
    if (page.after !== undefined && items.size === before) throw unavailable('Spotify repeats a page');
    after = page.after;
  } while (after !== undefined && items.size < max);
  return [...items.values()];
}
