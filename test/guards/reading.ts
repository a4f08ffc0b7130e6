import type { Guard } from './guard.ts';

const test = (name: string, title: string) => ({ file: `test/shared/spotify/${name}.test.ts`, title });

/** Reading the platform: whole lists within a budget, and no sooner than it allows. */
export const readingGuards: readonly Guard[] = [
  {
    invariant: 'I5',
    name: 'a server that says how long is waited for, whatever its status',
    file: 'shared/spotify/web-api.ts',
    find: 'reply.status === 429 || (reply.status >= 500 && seconds !== undefined)',
    replace: 'reply.status === 429',
    test: test('web-api-refusals', 'a server that says how long to wait'),
  },
  {
    invariant: 'I6',
    name: 'an odd item costs its page nothing but itself',
    file: 'shared/spotify/schemas.ts',
    find: 'else skipped.push(reasonOf(one));',
    replace: "else throw new Error('odd');",
    test: test('odd-items', 'an odd artist costs its list nothing'),
  },
  {
    invariant: 'I6',
    name: 'a page of which nothing can be read is no page',
    file: 'shared/spotify/schemas.ts',
    find: 'items.length > 0 ||',
    replace: 'items.length >= 0 ||',
    test: test('odd-items', 'is a changed interface'),
  },
  {
    invariant: 'I6',
    name: 'what lacks a page’s worth lacks a page',
    file: 'shared/spotify/paging.ts',
    find: 'if (isMuch ||',
    replace: 'if ((isMuch && expected < 0) ||',
    test: test('paging', 'is a failed page'),
  },
  {
    invariant: 'I6',
    name: 'an empty page among those that are due has failed',
    file: 'shared/spotify/paging.ts',
    find: '(missing > FEW && pages.some',
    replace: '(missing < -FEW && pages.some',
    test: test('paging', 'whose only page is empty'),
  },
  {
    invariant: 'I6',
    name: 'a page ends where its items end',
    file: 'shared/spotify/paging.ts',
    find: 'given > FEW && due - given > FEW ? given :',
    replace: 'given < -FEW && due - given > FEW ? given :',
    test: test('paging', 'is understood by the items alone'),
  },
  {
    invariant: 'I6',
    name: 'another page is not the one that was asked for',
    file: 'shared/spotify/paging.ts',
    find: 'if ((page.offset ?? asked) !== asked)',
    replace: 'if ((page.offset ?? asked) < 0)',
    test: test('paging', 'another page than was asked for'),
  },
  {
    invariant: 'I6b',
    name: 'saved tracks are read as far as calls are left',
    file: 'shared/spotify/collect-artists.ts',
    find: 'within(1, left - usedByTop, MAX_SAVED_PAGES)',
    replace: 'MAX_SAVED_PAGES',
    test: test('budget', ''),
  },
  {
    invariant: 'I6b',
    name: 'top artists leave room for the followed',
    file: 'shared/spotify/collect-artists.ts',
    find: 'within(MIN_TOP_PAGES, Math.floor((left - 1) / NUMBER_OF_TERMS), MAX_TOP_PAGES)',
    replace: 'MAX_TOP_PAGES',
    test: test('budget', ''),
  },
];
