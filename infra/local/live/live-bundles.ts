import { hash } from 'node:crypto';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type BuildContext,
  type BuildFailure,
  context,
  formatMessages,
  type Metafile,
  type OutputFile,
  stop,
  transform,
} from 'esbuild';
import { COMMON_JS_PACKAGE, commonJsOptions, splitOptions } from '../../bundle.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

interface LiveBundlesOptions {
  /** Of the functions, such as `get-artists`. */
  readonly names: readonly string[];
  /** Where new bundles are written, each in a directory of its own: older processes still load from theirs. */
  readonly directory: string;
  /** Where `<name>.ts` are read. */
  readonly sourceDirectory: string;
  /** Whether bundles say where each line came from, as a debugger wants to know. */
  readonly mapped?: boolean;
}

interface LiveBundle {
  readonly name: string;
  /** The directory of the bundle. */
  readonly codePath: string;
}

export interface Rebuilt {
  /** Functions whose code is another than before. */
  readonly replaced: readonly LiveBundle[];
  /** What does not compile, each once. Then nothing is replaced. */
  readonly problems: readonly string[];
}

/** The modules of one function, by file name, and what tells its version. */
interface Built {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  readonly version: string;
  readonly changedAtMs: number;
}

/**
 * Bundles of the functions for a stack that runs: as they are deployed, but made in one run, in which functions share what
 * they have in common, and not minified. A run after a change takes a tenth of what eleven bundles take.
 */
export function createLiveBundles({ names, directory, sourceDirectory, mapped = false }: LiveBundlesOptions) {
  const versions = new Map<string, string>();
  let opened: Promise<BuildContext> | undefined;
  let runs = 0;

  function open(): Promise<BuildContext> {
    // As deep as where a bundle will lie: maps name a source by its way from there.
    const options = splitOptions('', join(directory, 'run', 'function'));
    return context({
      ...options,
      entryPoints: names.map((name) => ({ in: join(sourceDirectory, `${name}.ts`), out: name })),
      minify: false,
      sourcemap: mapped ? 'inline' : false,
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
  }

  async function build(): Promise<Built[]> {
    opened ??= open();
    const { outputFiles = [], metafile } = await (await opened).rebuild();
    if (!metafile) throw new Error('esbuild has made no metafile');
    const texts = new Map(await Promise.all(outputFiles.map((file) => asCommonJs(file, mapped))));
    return names.map((name) => builtOf(name, metafile, texts));
  }

  function write(run: number, { name, files }: Built): LiveBundle {
    const codePath = join(directory, String(run), name);
    mkdirSync(codePath, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(codePath, file), text);
    writeFileSync(join(codePath, 'package.json'), COMMON_JS_PACKAGE);
    return { name, codePath };
  }

  return {
    /**
     * Bundles everything anew. At the first time the functions that run are taken to be of these sources. Those with a
     * source that is younger than `sinceMs` are replaced in any case.
     */
    async rebuild(sinceMs = Number.POSITIVE_INFINITY): Promise<Rebuilt> {
      runs += 1;
      let built: Built[];
      try {
        built = await build();
      } catch (failure) {
        return { replaced: [], problems: await problemsOf(failure) };
      }
      const others = built.filter(({ name, version, changedAtMs }) => {
        const known = versions.get(name);
        versions.set(name, version);
        return changedAtMs > sinceMs || (known !== undefined && known !== version);
      });
      return { replaced: others.map((one) => write(runs, one)), problems: [] };
    },
    async close(): Promise<void> {
      await (await opened)?.dispose();
      await stop();
    },
  };
}

async function asCommonJs({ path, text }: OutputFile, mapped: boolean): Promise<[string, string]> {
  const sourcemap = mapped ? 'inline' : false;
  const { code } = await transform(text, {
    ...commonJsOptions,
    minify: false,
    sourcemap,
    logLevel: 'silent',
  });
  return [basename(path), code];
}

/** An entry with every module that it loads, at once or when needed. */
function builtOf(name: string, { outputs, inputs }: Metafile, texts: ReadonlyMap<string, string>): Built {
  const byFile = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const files = new Map<string, string>();
  let changedAtMs = 0;
  const waiting = [`${name}.js`];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const as = file === `${name}.js` ? 'index.js' : file;
    if (files.has(as)) continue;
    files.set(as, texts.get(file) ?? '');
    const output = byFile.get(file);
    for (const { path, external } of output?.imports ?? []) if (!external) waiting.push(basename(path));
    for (const path of Object.keys(output?.inputs ?? {}))
      changedAtMs = Math.max(changedAtMs, changeOf(path, inputs));
  }
  const version = hash('sha256', JSON.stringify([...files].toSorted()));
  return { name, files, version, changedAtMs };
}

/** When a source of ours was changed last; packages do not change. */
function changeOf(path: string, inputs: Metafile['inputs']): number {
  if (!inputs[path] || path.includes('node_modules')) return 0;
  return statSync(join(REPOSITORY, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** What the compiler says, each once: a mistake in `shared/` is one, however many functions have it. */
async function problemsOf(failure: unknown): Promise<string[]> {
  const { errors } = failure as Partial<BuildFailure>;
  if (!errors) throw failure;
  const texts = await formatMessages(errors, { kind: 'error', terminalWidth: 100 });
  return [...new Set(texts.map((text) => text.trim()))];
}
