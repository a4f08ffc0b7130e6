import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlatformUnavailable } from '../../../shared/errors.ts';
import {
  beginByCursor,
  beginByOffset,
  type CursorPage,
  type OffsetPage,
} from '../../../shared/spotify/paging.ts';
import type { SkipReason } from '../../../shared/spotify/schemas.ts';

const PAGE = 50;
const numbers = (length: number) => Array.from({ length }, (_, i) => i);
type ReadPage = (offset: number) => OffsetPage<number>;

/** A server with `length` items: it gives `max` at once, and says so unless `change` bends what it says. */
function listOf(
  length: number,
  { max = PAGE, change = (page) => page }: { max?: number; change?: Change } = {},
) {
  const asked: number[] = [];
  const readPage: ReadPage = (offset) => {
    asked.push(offset);
    const items = numbers(length).slice(offset, offset + max);
    const next = offset + max < length ? `https://elsewhere.example/?offset=${offset + max}` : null;
    return change({ items, skipped: [], limit: max, offset, total: length, next }, offset);
  };
  return { asked, readPage };
}
type Change = (page: OffsetPage<number>, offset: number) => OffsetPage<number>;

async function readAll(readPage: ReadPage, max = 10_000): Promise<number[]> {
  const keyOf = (item: number) => String(item);
  const list = await beginByOffset(async (offset) => readPage(offset), { bucket: 'tracks', keyOf });
  return list.read(Math.ceil(max / list.pageSize));
}

/** The same list by another server's habits. */
const habits = (length: number, max: number, change: Change) => listOf(length, { max, change }).readPage;
const failsAsUnavailable = (work: Promise<unknown>) =>
  expect(work).rejects.toMatchObject({ constructor: PlatformUnavailable, bucket: 'tracks' });

describe('by offset', () => {
  test('every list comes whole, with no page asked twice, however much a page gives', async () => {
    const lengths = fc.integer({ min: 0, max: 700 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 5, max: PAGE }), async (length, max) => {
        const { asked, readPage } = listOf(length, { max });
        expect(await readAll(readPage)).toEqual(numbers(length));
        expect(asked).toEqual(numbers(Math.max(1, Math.ceil(length / max))).map((i) => i * max));
      }),
    );
  });

  test.each<[string, Change]>([
    ['the limit alone', (page) => ({ ...page, next: null })],
    ['the link alone', (page) => ({ ...page, limit: undefined })],
    ['the link, and a limit as asked', (page) => ({ ...page, limit: PAGE })],
    ['the items alone', (page) => ({ ...page, limit: undefined, next: null })],
    ['the items alone, and a limit as asked', (page) => ({ ...page, limit: PAGE, next: null })],
    ['no offset', ({ offset: _, ...page }) => page],
    ['no total', (page) => ({ ...page, total: undefined })],
    ['a total that only counts the page', (page) => ({ ...page, total: page.items.length })],
    ['a limit of nothing', (page) => ({ ...page, limit: 0 })],
    [
      'a link that leads back',
      (page) => ({ ...page, next: page.next && 'https://elsewhere.example/?offset=0' }),
    ],
    ['a link that is none', (page) => ({ ...page, next: page.next && 'more' })],
  ])('a server that gives 20 at once is understood by %s', async (_, change) => {
    for (const length of [20, 60, 99, 120, 198]) {
      expect(await readAll(habits(length, 20, change))).toEqual(numbers(length));
    }
  });

  test('a limit that changes from page to page leaves no gap', async () => {
    const shrinking: ReadPage = (offset) => listOf(198, { max: offset === 0 ? PAGE : 20 }).readPage(offset);
    expect(await readAll(shrinking)).toEqual(numbers(198));
    const growing: ReadPage = (offset) => listOf(198, { max: offset < 40 ? 20 : PAGE }).readPage(offset);
    expect(await readAll(growing)).toEqual(numbers(198));
  });

  test.each<[string, (page: OffsetPage<number>, offset: number) => OffsetPage<number>]>([
    ['an empty page in the middle', (page, offset) => (offset === 50 ? { ...page, items: [] } : page)],
    ['an empty page at the beginning', (page, offset) => (offset === 0 ? { ...page, items: [] } : page)],
    ['an empty last page of many', (page, offset) => (offset === 100 ? { ...page, items: [] } : page)],
    ['one page again and again', (page) => ({ ...page, items: numbers(PAGE) })],
    ['another page than was asked for', (page) => ({ ...page, offset: 0 })],
    ['half of each page', (page) => ({ ...page, items: page.items.filter((i) => i % 2) })],
    ['a total that is far too large', (page) => ({ ...page, total: 1_000 })],
  ])('%s is a failed page', async (_, change) => {
    await failsAsUnavailable(readAll(listOf(137, { change }).readPage, 1_000));
  });

  test('a list whose only page is empty has failed, unless it is of a few', async () => {
    const empty = (length: number) => listOf(length, { change: (page) => ({ ...page, items: [] }) }).readPage;
    await failsAsUnavailable(readAll(empty(30)));
    expect(await readAll(empty(2))).toEqual([]);
  });

  test.each<[string, number[]]>([
    ['one of a page', [7]],
    ['a few side by side', [60, 61, 62, 63, 64]],
    ['one of each page', [3, 77, 136]],
    ['the last page, of one', [150]],
  ])('a hole is none: %s', async (_, filtered) => {
    const change: Change = (page) => ({ ...page, items: page.items.filter((i) => !filtered.includes(i)) });
    const whole = numbers(151).filter((i) => !filtered.includes(i));
    expect(await readAll(listOf(151, { change }).readPage)).toEqual(whole);
  });

  test('items that were left out as odd are not missing', async () => {
    const odd: SkipReason[] = Array.from({ length: 40 }, () => 'local_file');
    const change: Change = (page) => ({ ...page, items: page.items.slice(40), skipped: odd });
    expect(await readAll(listOf(150, { change }).readPage)).toHaveLength(30);
  });

  test('a list that moves while it is read gives each item once, where it stood first', async () => {
    const moved: ReadPage = (offset) => listOf(120).readPage(offset);
    const change: ReadPage = (offset) => {
      const page = moved(offset);
      return offset === 50 ? { ...page, items: [49, ...page.items.slice(0, -1)] } : page;
    };
    expect(await readAll(change)).toEqual(numbers(120).filter((i) => i !== 99));
  });

  test('pages are counted by what they give, and those that nothing foretold are asked for', async () => {
    const { asked, readPage } = listOf(1_000, { max: 20 });
    const list = await beginByOffset(async (offset) => readPage(offset), {
      bucket: 'tracks',
      keyOf: (item) => String(item),
    });
    expect(list.pageSize).toBe(20);
    expect(await list.read(3, () => false)).toEqual(numbers(60));
    expect(asked).toEqual([0, 20, 40]);
    const shrinking = await beginByOffset(
      async (offset) => listOf(198, { max: offset === 0 ? PAGE : 20 }).readPage(offset),
      { bucket: 'tracks', keyOf: (item) => String(item) },
    );
    await failsAsUnavailable(shrinking.read(4, () => false));
  });

  test('no more is read than is wanted', async () => {
    const { asked, readPage } = listOf(1_000);
    expect(await readAll(readPage, 200)).toEqual(numbers(200));
    expect(asked).toEqual([0, 50, 100, 150]);
  });

  test('a total that is absurd asks for no more than that', async () => {
    const asked: number[] = [];
    const absurd: ReadPage = (offset) => {
      asked.push(offset);
      return {
        items: numbers(PAGE).map((i) => offset + i),
        skipped: [],
        limit: PAGE,
        offset,
        total: 1e15,
        next: 'more',
      };
    };
    expect(await readAll(absurd, 200)).toHaveLength(200);
    expect(asked).toHaveLength(4);
  });

  test('a list that grew while it was read is followed to its end', async () => {
    let length = 60;
    const growing: ReadPage = (offset) => {
      const page = listOf(length).readPage(offset);
      length = 130;
      return page;
    };
    expect(await readAll(growing)).toEqual(numbers(130));
  });

  test('a list without end is left at what is wanted', async () => {
    const endless: ReadPage = (offset) => ({
      items: numbers(PAGE).map((i) => offset + i),
      skipped: [],
      offset,
      total: 0,
      next: 'more',
    });
    expect(await readAll(endless, 200)).toEqual(numbers(200));
    const empty: ReadPage = (offset) => ({
      items: offset ? [] : [1],
      skipped: [],
      offset,
      total: 0,
      next: 'more',
    });
    expect(await readAll(empty, 200)).toEqual([1]);
    const unknown: ReadPage = (offset) => ({ ...empty(offset), total: undefined });
    expect(await readAll(unknown, 200)).toEqual([1]);
  });
});

describe('by cursor', () => {
  interface Item {
    id: string;
  }
  type ChangeCursor = (page: CursorPage<Item>, index: number) => CursorPage<Item>;
  const ids = (length: number): Item[] => numbers(length).map((i) => ({ id: `artist ${i}` }));

  /** A server whose cursor is the id of the last artist that it gave. */
  function server(length: number, change: ChangeCursor = (page) => page, max = PAGE) {
    let calls = 0;
    const read = async (after: string | undefined): Promise<CursorPage<Item>> => {
      const from = after === undefined ? 0 : ids(length).findIndex(({ id }) => id === after) + 1;
      const items = ids(length).slice(from, from + max);
      const last = from + max < length ? (items.at(-1)?.id ?? null) : null;
      const next = last === null ? null : `https://elsewhere.example/?after=${encodeURIComponent(last)}`;
      return change({ items, skipped: [], limit: max, total: length, after: last, next }, calls++);
    };
    return { read, calls: () => calls };
  }

  async function walk(read: (after: string | undefined) => Promise<CursorPage<Item>>, max = 10_000) {
    const list = await beginByCursor(read, { bucket: 'tracks', keyOf: ({ id }) => id });
    return list.read(Math.ceil(max / list.pageSize));
  }

  test.each<[string, ChangeCursor]>([
    ['the cursor alone', (page) => ({ ...page, next: null })],
    ['the link alone', (page) => ({ ...page, after: undefined })],
    [
      'the last artist, where the total says that there is more',
      (page) => ({ ...page, after: null, next: null }),
    ],
    [
      'the last artist, where the link is nonsense',
      (page) => ({ ...page, after: null, next: page.next && 'more' }),
    ],
    ['no total', (page) => ({ ...page, total: undefined })],
    ['no limit', (page) => ({ ...page, limit: undefined })],
  ])('a list is walked to its end by %s', async (_, change) => {
    for (const [length, max] of [
      [83, 50],
      [600, 50],
      [120, 20],
    ] as const) {
      expect(await walk(server(length, change, max).read)).toEqual(ids(length));
    }
  });

  test.each<[string, ChangeCursor]>([
    [
      'an empty page in the middle',
      (page, i) => (i === 1 ? { ...page, items: [], after: 'artist 99' } : page),
    ],
    [
      'an end that came too early',
      (page, i) => (i === 1 ? { ...page, items: [], after: null, next: null } : page),
    ],
    ['a cursor that turns in a circle', (page) => ({ ...page, after: 'artist 49' })],
    ['one page under new cursors', (page, i) => ({ ...page, items: ids(50), after: `artist ${i}` })],
    ['nothing, again and again', (page, i) => ({ ...page, items: [], after: `artist ${i}` })],
    ['more, but not where', (page) => ({ ...page, items: [], after: null, next: 'more' })],
  ])('%s is a failed page', async (_, change) => {
    const { read, calls } = server(200, change);
    await failsAsUnavailable(walk(read));
    expect(calls()).toBeLessThan(6);
  });

  test.each<[string, number[]]>([
    ['one', [7]],
    ['a few', [60, 61, 62, 63, 64]],
    ['some of the last page', [136]],
  ])('a hole of %s is none', async (_, filtered) => {
    const isShown = ({ id }: Item) => !filtered.some((i) => id === `artist ${i}`);
    const { read, calls } = server(137, (page) => ({ ...page, items: page.items.filter(isShown) }));
    expect(await walk(read)).toEqual(ids(137).filter(isShown));
    expect(calls()).toBe(3);
  });

  test('of a long list some may be missing here and there', async () => {
    const change: ChangeCursor = (page) => ({ ...page, items: page.items.slice(1) });
    expect(await walk(server(6_000, change).read)).toHaveLength(5_880);
    const twoOfEach: ChangeCursor = (page) => ({ ...page, items: page.items.slice(2) });
    await failsAsUnavailable(walk(server(6_000, twoOfEach).read));
  });

  test('a list without end is left at what is wanted', async () => {
    const endless: ChangeCursor = (page, i) => ({
      ...page,
      items: [{ id: `new ${i}` }],
      total: 1,
      after: `new ${i}`,
    });
    expect(await walk(server(1_000, endless).read, PAGE)).toHaveLength(PAGE);
  });
});
