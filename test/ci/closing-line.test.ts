import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const VITEST = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'closing-line-'));
  mkdirSync(join(directory, 'test'));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Runs test files under this repository's vitest configuration and returns the end of what was printed. */
function run(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'test', name), text);
  const args = [
    VITEST,
    'run',
    '--globals',
    '--root',
    directory,
    '--config',
    join(REPOSITORY, 'vitest.config.ts'),
  ];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

it('closes a good run with its counts', () => {
  const files = { 'good.test.ts': "it('a', () => {}); it('b', () => {});" };

  expect(run(files)).toEqual({ status: 0, lastLine: '2 passed, 0 failed' });
});

it('counts what fails outside of a test, and what did not run', () => {
  const files = {
    'good.test.ts': "it('a', () => {});",
    'bad.test.ts': "it('b', () => expect(1).toBe(2));",
    'setup.test.ts':
      "describe('s', () => { beforeAll(() => { throw new Error('no') }); it('c', () => {}) });",
    'import.test.ts': "import './missing.ts';",
  };

  expect(run(files)).toEqual({ status: 1, lastLine: '1 passed, 3 failed, 1 skipped' });
});
