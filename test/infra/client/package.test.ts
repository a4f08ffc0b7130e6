import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildClient } from '../../../infra/client/build-client.ts';
import product from '../../../package.json' with { type: 'json' };
import { examplePages } from '../../shared/client/a-client.ts';

/* The package as an app installs it: packed by npm, installed from the tarball, without a network. */

const REPOSITORY = join(import.meta.dirname, '../../..');
const MODULES = join(REPOSITORY, 'node_modules');
const SIZE_LIMIT_BYTES = 6 * 1_024;

const work = mkdtempSync(join(tmpdir(), 'client-'));
const built = join(work, 'built');
const app = join(work, 'app');

/** What the examples take from the app that they stand in. */
const APP = `
import type { PageStorage } from 'artists-cache-client';
export declare const auth: { accessToken(state: { renew: boolean }): Promise<string> };
export declare const storage: PageStorage;
export declare const user: { id: string };
export declare function showNames(names: readonly string[]): void;
export declare function showMessage(message: string): void;
export declare function showWarningBadge(warning: string): void;
export declare function showReconnectButton(platform: string): void;
export declare function showOfflineHint(): void;
export declare function signIn(): void;
export declare function tryAgainIn(seconds: number): void;
`;

/** What the app runs of the client, as a screen would. */
const SCREEN = `
import { createClient, pages } from 'artists-cache-client';
globalThis.names = (async () => {
  const api = createClient({ baseUrl: 'https://api.test', token: 'a-token', keptPages: 2 });
  const names = [];
  for await (const { artists } of pages(api)) names.push(...artists.map(({ name }) => name));
  return names;
})();
`;

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}

const write = (name: string, content: string | object) =>
  writeFileSync(join(app, name), typeof content === 'string' ? content : JSON.stringify(content));

beforeAll(async () => {
  await buildClient(built);
  mkdirSync(app);
  run('npm', ['pack', '--silent', '--pack-destination', work, built], work);
  const [tarball] = readdirSync(work).filter((name) => name.endsWith('.tgz'));
  const dependencies = {
    'artists-cache-client': `file:../${tarball}`,
    // What a registry would give.
    'openapi-fetch': `file:${join(MODULES, 'openapi-fetch')}`,
    'openapi-typescript-helpers': `file:${join(MODULES, 'openapi-typescript-helpers')}`,
  };
  write('package.json', { name: 'app', private: true, type: 'module', dependencies });
  // An empty cache: nothing comes from anywhere but the tarball and what is here.
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--cache', join(work, 'cache')], app);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

test('is a package of the version that this is, with nothing in it but what an app needs', () => {
  const installed = join(app, 'node_modules/artists-cache-client');
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'artists-cache-client', version: product.version });
  expect(manifest.dependencies).toEqual({ 'openapi-fetch': product.dependencies['openapi-fetch'] });
  expect(
    readdirSync(installed)
      .filter((name) => !name.endsWith('.d.ts'))
      .sort(),
  ).toEqual(['README.md', 'index.js', 'package.json']);
});

test('is small: what an app loads beside openapi-fetch', () => {
  expect(gzipSync(readFileSync(join(built, 'index.js'))).length).toBeLessThanOrEqual(SIZE_LIMIT_BYTES);
});

describe('the examples of the READMEs compile', () => {
  const examples = ['README.md', 'shared/client/README.md'].flatMap((path) => {
    const blocks = readFileSync(join(REPOSITORY, path), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g);
    return [...blocks].map(([, code = '']) => code);
  });
  const strict = {
    target: 'ES2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    noEmit: true,
  };

  test.each([
    [
      'with a bundler, as Vite sets a project up',
      { module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] },
    ],
    [
      'in Node, without the types of a browser',
      {
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        lib: ['ES2022'],
        types: ['node'],
        typeRoots: [join(MODULES, '@types')],
        // Node's own types, of many files; the client's are looked at with the bundler.
        skipLibCheck: true,
      },
    ],
  ])('%s', (_, options) => {
    expect(examples.length).toBeGreaterThanOrEqual(6);
    write('app.ts', APP);
    for (const [i, code] of examples.entries()) write(`example-${i}.ts`, code);
    write('tsconfig.json', { compilerOptions: { ...strict, ...options }, include: ['*.ts'] });
    run(process.execPath, [join(MODULES, 'typescript/bin/tsc'), '-p', '.'], app);
  });
});

test('runs when it is bundled as Metro bundles it, with fetch and nothing else of a browser', async () => {
  write('screen.js', SCREEN);
  const { outputFiles } = await build({
    entryPoints: [join(app, 'screen.js')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
    // The engine of React Native has no async generators: they are compiled.
    target: 'es2017',
    conditions: ['react-native', 'import'],
    mainFields: ['react-native', 'browser', 'module', 'main'],
  });
  const page = { ...examplePages.fresh.value };
  page.data = { ...page.data, pagination: { ...page.data.pagination, has_next: false } };
  const context = createContext({
    fetch: async () => Response.json(page, { headers: { etag: '"one"' } }),
    ...{ Request, Response, Headers, AbortController, setTimeout, clearTimeout, URLSearchParams, FormData },
  });
  runInContext(outputFiles[0]?.text ?? '', context);
  expect([...(await context.names)]).toEqual(['Kacey Musgraves', 'Angèle', 'Daft Punk']);
});
