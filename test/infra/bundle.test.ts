import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleFunctions, bundleOnce, MissingFunction } from '../../infra/bundle.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bundle-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const ERROR = `export class VeryOwnError extends Error { override readonly name = 'VeryOwnError'; }`;

const GREETING = `
  import { VeryOwnError } from './error.ts';
  export const handler = async () => new VeryOwnError().name;
`;

const LATE = `
  import { VeryOwnError } from './error.ts';
  export const fail = () => { throw new VeryOwnError(); };
`;

/** Loads what fails only when it is called. */
const LOADING = `
  import { VeryOwnError } from './error.ts';
  export const handler = async () => {
    try { (await import('./late.ts')).fail(); } catch (error) { return error instanceof VeryOwnError; }
  };
`;

function bundled(source: string) {
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'error.ts'), ERROR);
  writeFileSync(join(directory, 'late.ts'), LATE);
  writeFileSync(join(directory, 'greet.ts'), source);
  bundleFunctions({ names: ['greet'], outdir: join(directory, 'out'), sourceDirectory: directory });
  return createRequire(import.meta.url)(join(directory, 'out/greet/index.js'));
}

it('makes a module that Lambda can require', async () => {
  await expect(bundled(GREETING).handler()).resolves.toBe('VeryOwnError');
});

it('keeps in files of their own what is loaded late, and shares with these what they share', async () => {
  const { handler } = bundled(LOADING);
  const files = readdirSync(join(directory, 'out/greet')).filter((file) => file.endsWith('.js'));
  expect(files.filter((file) => file.startsWith('late'))).toHaveLength(1);
  await expect(handler()).resolves.toBe(true);
});

it('leaves nothing of the bundle that was there before', () => {
  bundled(LOADING);
  for (let time = 0; time < 3; time++) bundled(GREETING);
  expect(readdirSync(join(directory, 'out/greet')).toSorted()).toEqual(['index.js', 'package.json']);
});

it('is made once for a version of the sources, and whole or not at all', () => {
  writeFileSync(join(directory, 'greet.ts'), `export const handler = async () => 'first';`);
  const once = { names: ['greet'], outdir: join(directory, 'version'), sourceDirectory: directory };
  expect(() => bundleOnce({ ...once, names: ['greet', 'gone'] })).toThrow(MissingFunction);
  writeFileSync(join(directory, 'wrong.ts'), `import './nothing.ts';`);
  expect(() => bundleOnce({ ...once, names: ['greet', 'wrong'] })).toThrow('nothing.ts');
  rmSync(join(directory, 'wrong.ts'));
  expect(readdirSync(directory)).toEqual(['greet.ts']);
  bundleOnce(once);
  writeFileSync(join(directory, 'greet.ts'), `export const handler = async () => 'second';`);

  bundleOnce(once);

  expect(readFileSync(join(directory, 'version/greet/index.js'), 'utf8')).toContain('first');
  expect(readdirSync(directory).toSorted()).toEqual(['greet.ts', 'version']);
});

it('names every function whose source is missing', () => {
  const names = ['here', 'gone', 'lost'];
  writeFileSync(join(directory, 'here.ts'), GREETING);

  const bundle = () => bundleFunctions({ names, outdir: join(directory, 'out'), sourceDirectory: directory });

  expect(bundle).toThrow(MissingFunction);
  expect(bundle).toThrow(/^no such function: \S*gone\.ts, \S*lost\.ts$/);
});
