import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allot } from '../../../shared/spotify/collect-artists.ts';

const pages = (items: number) => Math.max(1, Math.ceil(items / 50));

interface Account {
  followed: number;
  top: number;
  saved: number;
}

/** The calls of a computation: the token, and every page that the allotment lets it read. */
function callsOf({ followed, top, saved }: Account): number {
  const allotment = allot({ followed, top: [top, top, top] });
  const ofTop = pages(Math.min(top, allotment.top));
  return 1 + pages(followed) + 3 * ofTop + pages(Math.min(saved, allotment.saved));
}

test.each<[string, Account, number]>([
  ['a new one', { followed: 0, top: 0, saved: 0 }, 6],
  ['an ordinary one', { followed: 50, top: 99, saved: 150 }, 11],
  ['a recorded one', { followed: 83, top: 198, saved: 5_320 }, 25],
  ['one with 20,000 saved tracks', { followed: 300, top: 200, saved: 20_000 }, 29],
  ['one that follows 1,000', { followed: 1_000, top: 200, saved: 5_000 }, 30],
  ['one that follows 1,100', { followed: 1_100, top: 200, saved: 5_000 }, 30],
  ['one that follows 10,000', { followed: 10_000, top: 200, saved: 5_000 }, 208],
])('%s costs no more calls than it may', (_, account, calls) => {
  expect(callsOf(account)).toBe(calls);
});

test('no account costs more than 30 calls, but for what it follows beyond 1,100', () => {
  const size = fc.integer({ min: 0, max: 30_000 });
  fc.assert(
    fc.property(size, size, size, (followed, top, saved) => {
      const beyond = Math.max(0, pages(followed) - 22);
      expect(callsOf({ followed, top, saved })).toBeLessThanOrEqual(30 + beyond);
    }),
  );
});

test('whatever an account follows, 100 top artists a term and 50 saved tracks are read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30_000 }), (followed) => {
      const { top, saved } = allot({ followed, top: [200, 200, 200] });
      expect(top).toBeGreaterThanOrEqual(100);
      expect(top).toBeLessThanOrEqual(200);
      expect(saved).toBeGreaterThanOrEqual(50);
      expect(saved).toBeLessThanOrEqual(500);
    }),
  );
});

test('who has few top artists has more saved tracks read', () => {
  expect(allot({ followed: 800, top: [10, 10, 10] }).saved).toBe(500);
  expect(allot({ followed: 800, top: [200, 200, 200] }).saved).toBe(50);
});
