import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { splitOptions } from '../../infra/bundle.ts';

type Output = Metafile['outputs'][string];

/** In bytes: what the start of a function parses, with what is loaded later, and the start by package or folder. */
export interface BundleSize {
  start: number;
  total: number;
  packages: Record<string, number>;
}

/** The files of a function's bundle before they are turned into CommonJS, and where every byte of them comes from. */
export function bundleOf(name: string) {
  const source = join(import.meta.dirname, '../../functions', `${name}.ts`);
  const { metafile, outputFiles } = buildSync({
    ...splitOptions(source, 'unused'),
    write: false,
    metafile: true,
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  return { inputs: Object.keys(metafile.inputs), texts: outputFiles.map(({ text }) => text), outputs };
}

/** The size of a function's bundle, which `bundleFunctions` wrote below `directory`. */
export function measureBundle(name: string, directory: string): BundleSize {
  const { outputs } = bundleOf(name);
  const sizeOf = (file: string) => statSync(join(directory, name, file)).size;
  const atStart = [...parsedAtStart(outputs)];
  const packages: Record<string, number> = {};
  for (const file of atStart) {
    for (const [input, { bytesInOutput }] of Object.entries(outputs.get(file)?.inputs ?? {})) {
      packages[packageOf(input)] = (packages[packageOf(input)] ?? 0) + bytesInOutput;
    }
  }
  const sum = (files: readonly string[]) => files.reduce((bytes, file) => bytes + sizeOf(file), 0);
  return { start: sum(atStart), total: sum([...outputs.keys()]), packages };
}

/** `index.js` and what it imports, directly or through others, before anything happens. */
function parsedAtStart(outputs: ReadonlyMap<string, Output>, file = 'index.js', seen = new Set<string>()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { kind, path, external } of outputs.get(file)?.imports ?? []) {
    if (kind === 'import-statement' && !external) parsedAtStart(outputs, basename(path), seen);
  }
  return seen;
}

/** `@smithy/core` for what lies in `node_modules`, else the folder, such as `shared/cache`. */
function packageOf(input: string): string {
  const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
  return found?.[1] ?? input.split('/').slice(0, 2).join('/');
}

/** What grew most since `before`, in one line. */
export function growth(before: Pick<BundleSize, 'packages'>, now: BundleSize): string {
  return Object.entries(now.packages)
    .map(([name, bytes]) => ({ name, more: bytes - (before.packages[name] ?? 0) }))
    .filter(({ more }) => more > 0)
    .sort((a, b) => b.more - a.more)
    .slice(0, 5)
    .map(({ name, more }) => `${name} +${more}`)
    .join(', ');
}
