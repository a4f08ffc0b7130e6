import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startLive } from '../../../../infra/local/live/live.ts';

/** A limit for what has gone wrong: far beyond what a busy machine takes. */
const PATIENCE = { timeout: 60_000 };

let repository: string;
let replaced: string[];
let said: string[];
let complaints: string[];
const forgetConsole = vi.fn();
let live: Awaited<ReturnType<typeof startLive>>;

const write = (path: string, text: string) => writeFileSync(join(repository, path), text);

beforeEach(async () => {
  repository = mkdtempSync(join(tmpdir(), 'live-'));
  for (const directory of ['functions', 'shared/contract', 'infra/local/console', 'node_modules/x'])
    mkdirSync(join(repository, directory), { recursive: true });
  write('shared/common.ts', 'export const common = "before";');
  write('shared/contract/routes.ts', 'export const routes = ["before"];');
  write(
    'functions/uses.ts',
    `import { common } from '../shared/common.ts'; export const handler = () => common;`,
  );
  write(
    'functions/other.ts',
    `import { routes } from '../shared/contract/routes.ts'; export const handler = () => routes;`,
  );
  [replaced, said, complaints] = [[], [], []];
  live = await startLive({
    stack: {
      directory: join(repository, '.local'),
      model: { functions: [{ name: 'app-dev-uses' }, { name: 'app-dev-other' }] } as never,
      lambda: { replace: async (name: string) => void replaced.push(name), warm: vi.fn() } as never,
      forgetConsole,
    },
    repository,
    names: ['uses', 'other'],
    startedAtMs: Date.now(),
    inspected: [],
    isWatching: true,
    say: (text) => said.push(text),
    complain: (text) => complaints.push(text),
  });
  await live.ready;
});
afterEach(async () => {
  await live.close();
  rmSync(repository, { recursive: true });
});

const hears = (pattern: RegExp, where = said) =>
  vi.waitFor(() => expect(where.join('\n')).toMatch(pattern), PATIENCE);

it('an edit replaces the functions that it changes, and says which', async () => {
  write('shared/common.ts', 'export const common = "after";');
  await hears(/^shared\/common\.ts: uses replaced {2}\(\d+ ms\)$/m);
  expect(replaced).toEqual(['app-dev-uses']);
});

it('what does not compile is told in one place; nothing is replaced until it does', async () => {
  write('shared/common.ts', 'export const common = ;');
  await hears(/^not bundled, the code before goes on:[\s\S]*shared\/common\.ts:1:22/m, complaints);
  expect(complaints).toHaveLength(1);
  expect(replaced).toEqual([]);

  write('shared/common.ts', 'export const common = "mended";');
  await hears(/uses replaced/);
});

it('an edit of what is deployed asks for a restart, one of the contract as well', async () => {
  write('infra/app.ts', '// edited');
  await hears(/^infra\/app\.ts: restart npm start to run it$/m);
  write('shared/contract/routes.ts', 'export const routes = ["after"];');
  await hears(/^shared\/contract\/routes\.ts: restart npm start to run it$/m);
  await hears(/other replaced/);
});

it('an edit of the console page is there when it is loaded again', async () => {
  write('infra/local/console/main.tsx', '// edited');
  await hears(/^infra\/local\/console\/main\.tsx: reload the console page$/m);
  expect(forgetConsole).toHaveBeenCalled();
});
