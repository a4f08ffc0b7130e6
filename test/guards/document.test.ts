import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GUARDS } from './guards.ts';

test('docs/invariants.md names every guard, and no other', () => {
  const document = readFileSync(new URL('../../docs/invariants.md', import.meta.url), 'utf8');
  const named = [...document.matchAll(/^\| (.+?) \| \[/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(GUARDS.map(({ name }) => name).toSorted());
});

test.each(GUARDS)('$invariant $name stands where it is said to', ({ file, find }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(source.split(find)).toHaveLength(2);
});
