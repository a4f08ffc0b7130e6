import { expect, it } from 'vitest';
import { mutantsOf, mutated } from './mutate.ts';

const all = (source: string) => mutantsOf('a.ts', source).map((mutant) => mutated(source, mutant));

it('turns conditions round, and moves their boundary', () => {
  expect(all('if (a < b) c();')).toEqual([
    'if (!(a < b)) c();',
    'if (a <= b) c();',
    'if (a >= b) c();',
    'if (a < b) ;',
  ]);
});

it('drops properties, awaits and statements, and changes constants', () => {
  expect(all('await f({ a: 1, ...b });')).toEqual([
    ';',
    'f({ a: 1, ...b });',
    'await f({  ...b });',
    'await f({ a: (1 + 1), ...b });',
    'await f({ a: 1,  });',
  ]);
});

it('leaves types and messages alone', () => {
  expect(all("type A = 'a'; const b: 1 = new PlatformUnavailable('text');")).toEqual([]);
});
