import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleFunctions, MissingFunction } from '../../infra/bundle.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bundle-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const GREETING = `
  export class VeryOwnError extends Error { constructor() { super('no'); this.name = new.target.name; } }
  export const handler = async () => new VeryOwnError().name;
`;

it('makes a module that Lambda can require, with the names of its errors intact', async () => {
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'greet.ts'), GREETING);

  bundleFunctions({ names: ['greet'], outdir: join(directory, 'out'), sourceDirectory: directory });

  const bundle = createRequire(import.meta.url)(join(directory, 'out/greet/index.js'));
  await expect(bundle.handler()).resolves.toBe('VeryOwnError');
});

it('names every function whose source is missing', () => {
  const names = ['here', 'gone', 'lost'];
  writeFileSync(join(directory, 'here.ts'), GREETING);

  const bundle = () => bundleFunctions({ names, outdir: join(directory, 'out'), sourceDirectory: directory });

  expect(bundle).toThrow(MissingFunction);
  expect(bundle).toThrow(/^no such function: \S*gone\.ts, \S*lost\.ts$/);
});
