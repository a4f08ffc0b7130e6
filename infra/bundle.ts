import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

/** A function that the infrastructure knows has no source. The message is one line that names each. */
export class MissingFunction extends Error {
  override readonly name = 'MissingFunction';
}

const REPOSITORY = join(import.meta.dirname, '..');

export interface BundleOptions {
  readonly names: readonly string[];
  /** Where the functions' directories are written. */
  readonly outdir: string;
  /** Where `<name>.ts` are read. */
  readonly sourceDirectory?: string | undefined;
}

/** How every function is bundled. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // 334 KB of SDK rather than 534.
  mainFields: ['module', 'main'],
  minify: true,
  // Errors take their names from their classes, and stack traces theirs from functions: worth 4 ms of a cold start.
  keepNames: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles every function into `<outdir>/<name>/index.js`, all in one run of esbuild: eleven take under a second, where
 * CDK's `NodejsFunction` starts npx and esbuild anew for each and takes ten.
 *
 * The AWS SDK is bundled too: a pinned version, and a quicker cold start than the one of the runtime. The format is
 * CommonJS, because `import` from Node's own modules costs tens of milliseconds at start and `require` does not. Source
 * maps are left out: the runtime would read them on the hot path.
 *
 * @throws MissingFunction
 */
export function bundleFunctions({
  names,
  outdir,
  sourceDirectory = join(REPOSITORY, 'functions'),
}: BundleOptions): void {
  const entryOf = (name: string) => join(sourceDirectory, `${name}.ts`);
  const missing = names.map(entryOf).filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new MissingFunction(
      `no such function: ${missing.map((path) => relative(REPOSITORY, path)).join(', ')}`,
    );
  }
  buildSync({
    absWorkingDir: REPOSITORY,
    entryPoints: names.map((name) => ({ in: entryOf(name), out: join(name, 'index') })),
    outdir,
    ...bundleOptions,
  });
  // Without it, `index.js` below a package of type `module` would load as ESM.
  for (const name of names) writeFileSync(join(outdir, name, 'package.json'), '{"type":"commonjs"}\n');
}
