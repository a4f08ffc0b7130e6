import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** Not those of the whole, which say little of one line and take long, nor those of other parts of the house. */
const ASKED = ['test/shared/**/*.test.ts', 'test/real-spotify/*.test.ts'];
const IMPORTS = /(?:from|import\()\s*'(\.[^']+)'/g;
/** The schedules run all of the core: they are asked last. */
export const SCHEDULES = 'test/model/cache.test.ts';

/** Which tests import a file, however indirectly; those that are named after it, or stand beside those, come first. */
export function coveringTests(root: string): (file: string) => string[] {
  const imports = new Map<string, string[]>();
  const importsOf = (path: string): string[] => {
    const known = imports.get(path);
    if (known) return known;
    const found = [...readFileSync(path, 'utf8').matchAll(IMPORTS)].map(([, to]) =>
      resolve(dirname(path), to ?? ''),
    );
    imports.set(
      path,
      found.filter((to) => existsSync(to)),
    );
    return imports.get(path) as string[];
  };
  const distances = (test: string): Map<string, number> => {
    const known = new Map([[test, 0]]);
    for (const path of known.keys())
      for (const to of importsOf(path)) if (!known.has(to)) known.set(to, (known.get(path) ?? 0) + 1);
    return known;
  };
  const tests = [...globSync(ASKED, { cwd: root }), SCHEDULES];
  const known = new Map(tests.map((test) => [test, distances(join(root, test))]));

  return (file) => {
    const name = basename(file, '.ts');
    const rank = (test: string) => {
      if (test === SCHEDULES) return 1_000;
      if (basename(test, '.test.ts') === name) return 0;
      const isBeside = dirname(test) === join('test', dirname(file));
      return (isBeside ? 1 : 100) + (known.get(test)?.get(join(root, file)) ?? 0);
    };
    return tests
      .filter((test) => known.get(test)?.has(join(root, file)))
      .map((test) => relative(root, join(root, test)))
      .sort((a, b) => rank(a) - rank(b));
  };
}
