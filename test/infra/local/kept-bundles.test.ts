import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptBundles } from '../../../infra/local/kept-bundles.ts';

const SOURCES = [
  'functions/greet.ts',
  'shared/cache/entry.ts',
  'infra/bundle.ts',
  'infra/functions.ts',
  'tsconfig.json',
  'package.json',
  'node_modules/.package-lock.json',
];
const HOUR_MS = 3600 * 1000;
const NOW_MS = Date.UTC(2026, 10, 25);

let repository: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
};

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'kept-bundles-'));
  for (const path of SOURCES) write(path, '1');
});

afterEach(() => rmSync(repository, { recursive: true }));

describe('the place of the bundles', () => {
  it('stays while nothing changes that they are made of', () => {
    const before = keptBundles(repository);
    write('functions/greet.ts', '1');
    write('infra/data-stack.ts', 'a table');
    expect(keptBundles(repository)).toBe(before);
  });

  it.each(SOURCES)('is another once %s has changed', (path) => {
    const before = keptBundles(repository);
    write(path, '2');
    expect(keptBundles(repository)).not.toBe(before);
  });

  it.each([
    ['is new', () => write('shared/clock.ts', '1')],
    ['is gone', () => rmSync(join(repository, 'shared/cache/entry.ts'))],
    [
      'has another name',
      () => {
        rmSync(join(repository, 'shared/cache/entry.ts'));
        write('shared/cache/copy.ts', '1');
      },
    ],
  ])('is another once a file %s', (_what, change) => {
    const before = keptBundles(repository);
    change();
    expect(keptBundles(repository)).not.toBe(before);
  });

  it('is kept for a day after it was last used', () => {
    const old = keptBundles(repository, NOW_MS);
    mkdirSync(old);
    keptBundles(repository, NOW_MS);
    write('functions/greet.ts', '2');
    const young = keptBundles(repository, NOW_MS + 23 * HOUR_MS);
    mkdirSync(young);
    expect(existsSync(old)).toBe(true);

    keptBundles(repository, NOW_MS + 25 * HOUR_MS);

    expect([old, young].map(existsSync)).toEqual([false, true]);
  });
});
