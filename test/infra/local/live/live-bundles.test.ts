import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLiveBundles } from '../../../../infra/local/live/live-bundles.ts';

let directory: string;
let bundles: ReturnType<typeof createLiveBundles>;
const source = (name: string, text: string) => writeFileSync(join(directory, `${name}.ts`), text);
const answerOf = (codePath: string): Promise<unknown> =>
  createRequire(import.meta.url)(join(codePath, 'index.js')).handler();

const open = (more: Partial<Parameters<typeof createLiveBundles>[0]> = {}) =>
  createLiveBundles({
    names: ['one', 'two'],
    directory: join(directory, 'live'),
    sourceDirectory: directory,
    ...more,
  });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'live-bundles-'));
  source('common', 'export const common: string = "common";');
  source('late', 'export const late = "late";');
  source('one', `import { common } from './common.ts'; export const handler = async () => common + ' one';`);
  source('two', `export const handler = async () => (await import('./late.ts')).late + ' two';`);
  bundles = open();
});
afterEach(async () => {
  await bundles.close();
  rmSync(directory, { recursive: true });
});

it('replaces the functions whose code is another, and no other', async () => {
  expect(await bundles.rebuild()).toEqual({ replaced: [], problems: [] });

  source('common', 'export const common: string = "changed";');
  const { replaced } = await bundles.rebuild();

  expect(replaced.map(({ name }) => name)).toEqual(['one']);
  expect(await answerOf(replaced[0]?.codePath ?? '')).toBe('changed one');
});

it('brings what a function loads when it needs it, and leaves the older bundle to those who run it', async () => {
  await bundles.rebuild();
  source('late', 'export const late = "first";');
  const [first] = (await bundles.rebuild()).replaced;
  source('late', 'export const late = "second";');
  const [second] = (await bundles.rebuild()).replaced;

  expect(await answerOf(first?.codePath ?? '')).toBe('first two');
  expect(await answerOf(second?.codePath ?? '')).toBe('second two');
});

it('tells a mistake once, with its place, and replaces nothing until it is mended', async () => {
  await bundles.rebuild();
  source('common', 'export const common: string = ;');
  source('two', 'export const handler = async () => "another";');

  const { replaced, problems } = await bundles.rebuild();
  expect(replaced).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/Unexpected ";"[\s\S]*common\.ts:1:30/);

  source('common', 'export const common: string = "mended";');
  expect((await bundles.rebuild()).replaced.map(({ name }) => name)).toEqual(['one', 'two']);
});

it('a comment runs no other code', async () => {
  await bundles.rebuild();
  source('common', '// why\nexport const common: string = "common";');
  expect((await bundles.rebuild()).replaced).toEqual([]);
});

it('at the first time replaces what was edited since the start', async () => {
  for (const name of ['common', 'late', 'one', 'two']) utimesSync(join(directory, `${name}.ts`), 1000, 1000);
  utimesSync(join(directory, 'late.ts'), 3000, 3000);
  expect((await bundles.rebuild(2_000_000)).replaced.map(({ name }) => name)).toEqual(['two']);
});

it('says where each line came from when it is to be inspected', async () => {
  const mapped = open({ mapped: true });
  const { replaced } = await mapped.rebuild(Number.NEGATIVE_INFINITY);
  await mapped.close();
  const text = readFileSync(join(replaced[0]?.codePath ?? '', 'index.js'), 'utf8');
  const [, map = ''] = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(text) ?? [];
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
  expect(sources.map((path) => join(replaced[0]?.codePath ?? '', path))).toContain(join(directory, 'one.ts'));
});
