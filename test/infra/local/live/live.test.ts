import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLive } from '../../../../infra/local/live/live.ts';
import { StartProblem } from '../../../../infra/local/problem.ts';

/** A limit for what has gone wrong: far beyond what a busy machine takes. */
const PATIENCE = { timeout: 60_000 };

let repository: string;
let replaced: string[];
let functions: { name: string }[];
/** What deploying again changes, or why it cannot. */
let redeploy: () => Promise<string[]>;
let said: string[];
let complaints: string[];
const forgetConsole = vi.fn();
let live: Awaited<ReturnType<typeof startLive>>;

const write = (path: string, text: string) => writeFileSync(join(repository, path), text);

beforeEach(async () => {
  repository = mkdtempSync(join(tmpdir(), 'live-'));
  for (const directory of [
    'functions',
    'shared/contract',
    'infra/local/console',
    'infra/openapi',
    'node_modules/x',
  ])
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
  functions = [{ name: 'app-dev-uses' }, { name: 'app-dev-other' }];
  redeploy = async () => [];
  live = await startLive({
    stack: {
      directory: join(repository, '.local'),
      get model() {
        return { functions } as never;
      },
      lambda: { replace: async (name: string) => void replaced.push(name), warm: vi.fn() } as never,
      forgetConsole,
      redeploy: () => redeploy(),
    },
    repository,
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

describe('an edit of what is deployed', () => {
  it('is synthesized and runs, one of the contract as well; what only AWS has is told', async () => {
    redeploy = async () => ['route GET /new', 'function uses', 'table a', 'schedule b'];
    write('infra/functions.ts', '// edited');
    await hears(/^infra\/functions\.ts: synthesizing again$/m);
    await hears(/^deployed again.*: route GET \/new, function uses, table a and 1 more {2}\(\d+ ms\)$/m);

    redeploy = async () => [];
    write('shared/contract/routes.ts', 'export const routes = ["after"];');
    await hears(/^shared\/contract\/routes\.ts: synthesizing again$/m);
    await hears(/^nothing of it runs on this machine/m);
    await hears(/other replaced/);
  });

  it('that cannot be synthesized is told, and tried again with the next edit of anything', async () => {
    redeploy = async () => {
      throw new StartProblem('the application could not be synthesized: why');
    };
    write('infra/app.ts', '// wrong');
    await hears(/^the application could not be synthesized: why$/m, complaints);

    redeploy = async () => ['route GET /new'];
    write('shared/common.ts', 'export const common = "mended";');
    await hears(/^shared\/common\.ts: synthesizing again$/m);
    await hears(/^deployed again/m);
  });

  it('may bring a function more, which is followed as the others are', async () => {
    write('functions/more.ts', 'export const handler = () => 1;');
    redeploy = async () => {
      functions = [...functions, { name: 'app-dev-more' }];
      return ['function app-dev-more (new)'];
    };
    write('infra/functions.ts', '// one more');
    await hears(/function app-dev-more \(new\)/);

    write('functions/more.ts', 'export const handler = () => 2;');
    await hears(/^functions\/more\.ts: more replaced/m);
    expect(replaced).toEqual(['app-dev-more']);
  });

  it('asks for a restart when it is of the local stack itself, and for nothing when nothing is made of it', async () => {
    write('infra/openapi/document.ts', '// edited');
    write('infra/local/stack.ts', '// edited');
    await hears(/^infra\/local\/stack\.ts: of the local stack itself, restart npm start to run it$/m);
    expect(said.join()).not.toContain('openapi');
  });
});

it('an edit of the console page is there when it is loaded again', async () => {
  write('infra/local/console/main.tsx', '// edited');
  await hears(/^infra\/local\/console\/main\.tsx: reload the console page$/m);
  expect(forgetConsole).toHaveBeenCalled();
});
