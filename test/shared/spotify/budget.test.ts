import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allot } from '../../../shared/spotify/collect-artists.ts';

const pages = (items: number, pageSize: number) => Math.max(1, Math.ceil(items / pageSize));

interface Account {
  followed: number;
  top: number;
  saved: number;
}

/** The token, and the first pages of five lists. */
const FIRST_CALLS = 6;

function allotted({ followed, top, saved }: Account, pageSize: number, callsMade = FIRST_CALLS) {
  const list = (size: number) => ({ size, pageSize });
  return allot(
    { followed: list(followed), top: [list(top), list(top), list(top)], saved: list(saved) },
    callsMade,
  );
}

/** The calls of a computation: those made so far, and every other page that the allotment lets it read. */
function callsOf(account: Account, pageSize: number, callsMade = FIRST_CALLS): number {
  const { top, saved } = allotted(account, pageSize, callsMade);
  const read = pages(account.followed, pageSize) + top.reduce((sum, each) => sum + each, 0) + saved;
  return callsMade + read - 5;
}

test.each<[string, Account, number, number]>([
  ['a new one', { followed: 0, top: 0, saved: 0 }, 6, 6],
  ['an ordinary one', { followed: 50, top: 99, saved: 150 }, 11, 27],
  ['a recorded one', { followed: 83, top: 198, saved: 5_320 }, 25, 28],
  ['one with 20,000 saved tracks', { followed: 300, top: 200, saved: 20_000 }, 28, 28],
  ['one that follows 1,000', { followed: 1_000, top: 200, saved: 5_000 }, 30, 60],
  ['one that follows 10,000', { followed: 10_000, top: 200, saved: 5_000 }, 210, 510],
])('%s costs no more calls than it may, at 50 a page and at 20', (_, account, by50, by20) => {
  expect([callsOf(account, 50), callsOf(account, 20)]).toEqual([by50, by20]);
});

const size = fc.integer({ min: 0, max: 30_000 });
const anAccount = fc.record({ followed: size, top: size, saved: size });
const aPageSize = fc.integer({ min: 1, max: 50 });

test('no account costs more than 30 calls, whatever pages give, but for what it follows beyond 18 pages', () => {
  // Every first page had to be asked for twice.
  const callsMade = fc.integer({ min: FIRST_CALLS, max: FIRST_CALLS + 5 });
  fc.assert(
    fc.property(anAccount, aPageSize, callsMade, (account, pageSize, made) => {
      const beyond = Math.max(0, pages(account.followed, pageSize) + made - FIRST_CALLS - 18);
      const { spare } = allotted(account, pageSize, made);
      expect(callsOf(account, pageSize, made) + spare).toBeLessThanOrEqual(30 + beyond);
    }),
  );
});

test('whatever an account follows, two pages of each term and three of saved tracks are read', () => {
  fc.assert(
    fc.property(size, aPageSize, (followed, pageSize) => {
      const { top, saved } = allotted({ followed, top: 200, saved: 500 }, pageSize);
      for (const term of top) expect(term).toBeGreaterThanOrEqual(2);
      for (const term of top) expect(term * pageSize).toBeLessThan(200 + pageSize);
      expect(saved).toBeGreaterThanOrEqual(3);
      expect(saved * pageSize).toBeLessThan(500 + pageSize);
    }),
  );
});

test('who has few top artists has more saved tracks read', () => {
  expect(allotted({ followed: 700, top: 10, saved: 900 }, 50).saved).toBe(10);
  expect(allotted({ followed: 700, top: 200, saved: 900 }, 50).saved).toBe(4);
});

test('a list that is left out costs nothing', () => {
  const top = [1, 2, 3].map(() => ({ size: 200, pageSize: 20 }));
  expect(allot({ top }, 4)).toMatchObject({ top: [9, 9, 9], saved: 0 });
});
