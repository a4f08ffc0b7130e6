import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlatformUnavailable } from '../../../shared/errors.ts';
import { readByCursor, readByOffset } from '../../../shared/spotify/paging.ts';

const PAGE = 50;
const numbers = (length: number) => Array.from({ length }, (_, i) => i);

function listOf(length: number) {
  const asked: number[] = [];
  const readPage = async (offset: number) => {
    asked.push(offset);
    const items = numbers(length).slice(offset, offset + PAGE);
    return {
      items,
      offset,
      total: length,
      next: offset + PAGE < length ? 'https://elsewhere.example/' : null,
    };
  };
  return { asked, readPage };
}

describe('by offset', () => {
  test('every list comes whole, with no page asked twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 700 }), async (length) => {
        const { asked, readPage } = listOf(length);
        expect(await readByOffset(readPage, 10_000)).toEqual(numbers(length));
        expect(asked).toEqual(numbers(Math.max(1, Math.ceil(length / PAGE))).map((i) => i * PAGE));
      }),
    );
  });

  test('no more pages than the cap allows', async () => {
    const { asked, readPage } = listOf(1_000);
    expect(await readByOffset(readPage, 200)).toEqual(numbers(200));
    expect(asked).toEqual([0, 50, 100, 150]);
  });

  test('a total that is absurd asks for no more than the cap', async () => {
    const asked: number[] = [];
    await readByOffset(async (offset) => {
      asked.push(offset);
      return { items: [1], offset, total: 1e15, next: 'more' };
    }, 200);
    expect(asked).toHaveLength(4);
  });

  test('a list that grew while it was read is followed to its end', async () => {
    let length = 60;
    const items = await readByOffset(async (offset) => {
      const page = { items: numbers(length).slice(offset, offset + PAGE), offset, total: length };
      const next = offset + PAGE < length ? 'more' : null;
      length = 130;
      return { ...page, next: offset === 0 ? 'more' : offset + PAGE < length ? 'more' : next };
    }, 1_000);
    expect(items).toEqual(numbers(130));
  });

  test('a list without end is left at the cap, one that says nothing more at once', async () => {
    const endless = async (offset: number) => ({ items: [offset], offset, total: 0, next: 'more' });
    expect(await readByOffset(endless, 200)).toEqual([0, 50, 100, 150]);
    const empty = async (offset: number) => ({ items: offset ? [] : [1], offset, total: 0, next: 'more' });
    expect(await readByOffset(empty, 200)).toEqual([1]);
  });

  test('a page other than the one asked for is nonsense', async () => {
    const repeats = async () => ({ items: [1], offset: 0, total: 120, next: 'more' });
    await expect(readByOffset(repeats, 200)).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});

describe('by cursor', () => {
  const item = (id: string) => ({ id });

  test('each page says where the next begins', async () => {
    const pages: Record<string, { items: { id: string }[]; after: string | undefined }> = {
      '': { items: [item('a'), item('b')], after: 'b' },
      b: { items: [item('c')], after: 'c' },
      c: { items: [], after: undefined },
    };
    const read = async (after: string | undefined) => pages[after ?? ''] ?? { items: [], after: undefined };
    expect(await readByCursor(read, 100)).toEqual([item('a'), item('b'), item('c')]);
  });

  test.each<
    [string, (after: string | undefined, page: number) => { items: { id: string }[]; after: string }]
  >([
    [
      'turns in a circle',
      (after) => ({ items: [item(after === 'a' ? 'b' : 'a')], after: after === 'a' ? 'b' : 'a' }),
    ],
    ['repeats a page under new cursors', (_, page) => ({ items: [item('a')], after: String(page) })],
    ['is empty and says that there is more', (_, page) => ({ items: [], after: String(page) })],
  ])('a list that %s is nonsense, and is left', async (_, script) => {
    let pages = 0;
    const read = async (after: string | undefined) => script(after, pages++);
    await expect(readByCursor(read, 1_000)).rejects.toBeInstanceOf(PlatformUnavailable);
    expect(pages).toBeLessThan(5);
  });

  test('a list without end is left at the cap', async () => {
    let page = 0;
    const read = async () => ({ items: [item(String(page))], after: String(page++) });
    expect(await readByCursor(read, 10)).toHaveLength(10);
  });
});
