import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildCatalogue,
  type Catalogue,
  createCatalogues,
} from '../../../../infra/local/spotify/catalogue.ts';
import { artistName } from '../../../../infra/local/spotify/names.ts';

const REAL_IDS = [
  '70kkdajctXSbqSMJbQO424',
  '4oLeXFyACqeem2VImYeBFe',
  '5Pb27ujIyYb33zBqVysBkj',
  '2YZyLoL8N0Wb9xBt1NhZWg',
];

/** What an application finds that reads every list. */
function reachable({ top, followed, saved }: Catalogue): Set<string> {
  return new Set([...Object.values(top).flat(), ...followed, ...saved.flatMap(({ artistIds }) => artistIds)]);
}

describe('how many', () => {
  test('the lists together hold exactly as many artists as were asked, for every number up to 400', () => {
    for (let count = 0; count <= 400; count++) {
      expect(reachable(buildCatalogue('an account', { artists: count })).size, `${count} artists`).toBe(
        count,
      );
    }
  });

  test('and for any account and any number', () => {
    const anAccount = fc.string({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anAccount, fc.integer({ min: 0, max: 3000 }), (account, count) => {
        const catalogue = buildCatalogue(account, { artists: count });
        expect(reachable(catalogue)).toEqual(new Set(catalogue.artistIds));
        expect(catalogue.artistIds).toHaveLength(count);
        expect(new Set(catalogue.artistIds).size).toBe(count);
      }),
      { numRuns: 50 },
    );
  });

  test('20,000 are nearly all followed, and the other lists stay as short as ever', () => {
    const catalogue = buildCatalogue('big', { artists: 20_000 });
    expect(reachable(catalogue).size).toBe(20_000);
    expect(catalogue.top.long_term).toHaveLength(99);
    expect(catalogue.saved).toHaveLength(150);
    expect(catalogue.followed.length).toBeGreaterThan(19_800);
  });

  test('an ordinary account costs at most twenty calls', () => {
    const { top, followed, saved } = buildCatalogue('demo', { artists: 137 });
    const pages = [...Object.values(top), followed, saved].map(({ length }) => Math.ceil(length / 50));
    expect(pages.reduce((sum, count) => sum + count, 1)).toBeLessThanOrEqual(20);
  });

  test('some artists have saved tracks only, hence no image anywhere', () => {
    const { top, followed, saved } = buildCatalogue('demo', { artists: 137 });
    const elsewhere = new Set([...Object.values(top).flat(), ...followed]);
    const onlySaved = saved.flatMap(({ artistIds }) => artistIds).filter((id) => !elsewhere.has(id));
    expect(onlySaved.length).toBeGreaterThan(0);
  });
});

describe('which', () => {
  test('the same account has the same catalogue, every time', () => {
    expect(buildCatalogue('demo', { artists: 137 })).toEqual(buildCatalogue('demo', { artists: 137 }));
  });

  test('more artists keep the ones there were', () => {
    const { artistIds } = buildCatalogue('demo', { artists: 100 });
    expect(buildCatalogue('demo', { artists: 200 }).artistIds.slice(0, 100)).toEqual(artistIds);
  });

  test('most artists of two accounts differ, so that a mix-up shows', () => {
    const other = new Set(buildCatalogue('bob', { artists: 137 }).artistIds);
    const shared = buildCatalogue('alice', { artists: 137 }).artistIds.filter((id) => other.has(id));
    expect(shared.length).toBeLessThan(40);
  });

  test('the default catalogue has the four real artists and every awkward kind of name', () => {
    const { artistIds } = buildCatalogue('demo', { artists: 137 });
    const names = artistIds.map(artistName);
    expect(artistIds).toEqual(expect.arrayContaining(REAL_IDS));
    for (const kind of [
      /['’]/,
      /["<>]/,
      /\p{sc=Han}/u,
      /\p{sc=Hangul}/u,
      /\p{sc=Arabic}/u,
      /\p{sc=Hebrew}/u,
    ]) {
      expect(names.some((name) => kind.test(name))).toBe(true);
    }
    expect(names.some((name) => /\p{Emoji_Presentation}/u.test(name))).toBe(true);
    expect(names.some((name) => name !== name.normalize('NFC'))).toBe(true);
    expect(names.some((name) => name.length > 150)).toBe(true);
  });

  test('ids are 22 characters of base62 that fit into 128 bits, like the real ones', () => {
    const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
    for (const id of buildCatalogue('demo', { artists: 500 }).artistIds) {
      expect(id).toMatch(/^[0-9A-Za-z]{22}$/);
      const value = [...id].reduce((sum, character) => sum * 62n + BigInt(alphabet.indexOf(character)), 0n);
      expect(value < 2n ** 128n).toBe(true);
    }
  });

  test('another seed, other artists', () => {
    const [one, two] = [createCatalogues('one'), createCatalogues('two')];
    expect(one.of('demo', { artists: 20 }).artistIds).not.toEqual(two.of('demo', { artists: 20 }).artistIds);
  });
});

describe('keeping', () => {
  test('a catalogue is built once, and forgotten when too many newer artists are kept', () => {
    const catalogues = createCatalogues('seed', 300);
    const first = catalogues.of('first', { artists: 137 });
    expect(catalogues.of('first', { artists: 137 })).toBe(first);
    catalogues.of('second', { artists: 137 });
    expect(catalogues.of('first', { artists: 137 })).toBe(first);
    catalogues.of('third', { artists: 137 });
    expect(catalogues.of('first', { artists: 137 })).not.toBe(first);
    expect(catalogues.of('first', { artists: 137 })).toEqual(first);
  });
});
