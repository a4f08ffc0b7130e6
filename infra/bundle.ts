import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

const forLambda = { platform: 'node', target: 'node24', minify: true, logLevel: 'warning' } as const;

/**
 * How a function is bundled, before it is turned into CommonJS: `index.js`, a file for each thing that it loads only
 * when needed, and files for what these share. Only ES modules can be split like that.
 *
 * The AWS SDK is bundled too: a pinned version, and a quicker cold start than the one of the runtime. Source maps are
 * left out: the runtime would read them on the hot path.
 */
export const splitOptions = (source: string, outdir: string) =>
  ({
    ...forLambda,
    absWorkingDir: REPOSITORY,
    entryPoints: [{ in: source, out: 'index' }],
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    // 334 KB of SDK rather than 534.
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': join(REPOSITORY, 'shared/aws/sdk-stand-ins.ts'),
      '@aws-sdk/middleware-endpoint-discovery': join(REPOSITORY, 'shared/aws/sdk-stand-ins.ts'),
    },
    // The SDK asks for it in browsers alone.
    external: ['bowser'],
  }) as const satisfies BuildOptions;

/**
 * Bundles every function into `<outdir>/<name>/index.js` and the files that it loads. A start parses `index.js` and
 * what it imports; KMS, Secrets Manager, Spotify and the logger are parsed when they are needed.
 *
 * @throws MissingFunction
 */
export function bundleFunctions({
  names,
  outdir,
  sourceDirectory = join(REPOSITORY, 'functions'),
}: BundleOptions): void {
  const sourceOf = (name: string) => join(sourceDirectory, `${name}.ts`);
  const missing = names.map(sourceOf).filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new MissingFunction(
      `no such function: ${missing.map((path) => relative(REPOSITORY, path)).join(', ')}`,
    );
  }
  for (const name of names) {
    const directory = join(outdir, name);
    // What is left of an earlier bundle would be taken for a part of this one.
    rmSync(directory, { recursive: true, force: true });
    buildSync(splitOptions(sourceOf(name), directory));
  }
  turnIntoCommonJs(names.map((name) => join(outdir, name)));
}

/**
 * Bundles into a directory that is named after the version of the sources, unless that has been done. Processes that do it
 * at the same time do not meet: each bundles beside, under `<outdir>.<process id>`, and the first one's is kept.
 *
 * @throws MissingFunction
 */
export function bundleOnce(options: BundleOptions): void {
  const { outdir } = options;
  if (existsSync(outdir)) return;
  const beside = `${outdir}.${process.pid}`;
  try {
    bundleFunctions({ ...options, outdir: beside });
    renameSync(beside, outdir);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(outdir)) throw error;
  }
}

/** How the modules of a bundle become CommonJS. */
export const commonJsOptions = {
  ...forLambda,
  format: 'cjs',
  // What is loaded when needed, too: `import()` of a file would start Node's loader of ES modules.
  supported: { 'dynamic-import': false },
} as const;

/** Without it, `index.js` below a package of type `module` would load as ESM. */
export const COMMON_JS_PACKAGE = '{"type":"commonjs"}\n';

/** `import` from Node's own modules costs tens of milliseconds at a start, `require` does not. */
function turnIntoCommonJs(directories: readonly string[]): void {
  const modules = directories.flatMap((directory) =>
    readdirSync(directory).map((file) => join(directory, file)),
  );
  buildSync({ ...commonJsOptions, entryPoints: modules, outdir: '/', outbase: '/', allowOverwrite: true });
  for (const directory of directories) writeFileSync(join(directory, 'package.json'), COMMON_JS_PACKAGE);
}
