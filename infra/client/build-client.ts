import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import product from '../../package.json' with { type: 'json' };

const REPOSITORY = join(import.meta.dirname, '../..');
const SOURCE = join(REPOSITORY, 'shared/client');
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');

/** What every app bundler and engine of today reads without being told to compile a dependency. */
const TARGET = 'es2022';

/** The package of the client: what is needed beside `fetch` is one small dependency, of the version that is tested here. */
const clientManifest = () => ({
  name: 'artists-cache-client',
  version: product.version,
  description:
    'The typed client of the artists cache: retries, tokens, failures, pages, and the list offline.',
  license: product.license,
  type: 'module',
  sideEffects: false,
  main: './index.js',
  types: './index.d.ts',
  exports: {
    '.': { types: './index.d.ts', default: './index.js' },
    './package.json': './package.json',
  },
  files: ['*.js', '*.d.ts'],
  publishConfig: { access: 'restricted' },
  dependencies: { 'openapi-fetch': product.dependencies['openapi-fetch'] },
});

/** Builds the package into a directory that is emptied first: one ES module, its types, manifest and README. */
export async function buildClient(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  await build({
    entryPoints: [join(SOURCE, 'index.ts')],
    outfile: join(directory, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: TARGET,
    external: Object.keys(clientManifest().dependencies),
    logLevel: 'error',
  });
  writeTypes(directory);
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(clientManifest(), null, 2)}\n`);
  copyFileSync(join(SOURCE, 'README.md'), join(directory, 'README.md'));
}

function writeTypes(directory: string): void {
  const options = [
    '--declaration',
    '--emitDeclarationOnly',
    '--allowImportingTsExtensions',
    '--skipLibCheck',
  ];
  const settings = ['--strict', '--exactOptionalPropertyTypes', '--target', TARGET, '--module', 'NodeNext'];
  const args = [...options, ...settings, '--types', 'node', '--ignoreConfig', '--outDir', directory];
  const { status, stdout } = spawnSync(process.execPath, [TSC, join(SOURCE, 'index.ts'), ...args], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the types of the client were not written:\n${stdout}`);
  copyFileSync(join(SOURCE, 'schema.d.ts'), join(directory, 'schema.d.ts'));
  for (const file of globSync('*.d.ts', { cwd: directory })) {
    const path = join(directory, file);
    // The sources name each other as Node reads them here; a package names what was built.
    const text = readFileSync(path, 'utf8').replace(/(from '\.\/[\w-]+)(?:\.d)?\.ts'/g, "$1.js'");
    writeFileSync(path, text);
  }
}
