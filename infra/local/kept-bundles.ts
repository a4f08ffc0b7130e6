import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Everything that the bundles of the functions are made of. */
const SOURCES = [
  'functions',
  'shared',
  'infra/bundle.ts',
  'infra/functions.ts',
  'tsconfig.json',
  'package.json',
  'node_modules/.package-lock.json',
];
/** `npm ci` empties it. */
const KEPT = 'node_modules/.cache/artists-cache';

/** Where the bundles of the sources as they are now are kept, or will be: a start after no edit bundles nothing. */
export function keptBundles(repository = REPOSITORY, nowMs = Date.now()): string {
  const kept = join(repository, KEPT);
  mkdirSync(kept, { recursive: true });
  const directory = join(kept, `bundles.${versionOf(repository)}`);
  const isThere = statSync(directory, { throwIfNoEntry: false }) !== undefined;
  if (isThere) utimesSync(directory, nowMs / 1000, nowMs / 1000);
  forgetOld(kept, 'bundles.', nowMs);
  return directory;
}

/** Where Node keeps the CDK compiled: a quarter of the processor time of a synthesis. */
export const COMPILED = join(REPOSITORY, KEPT, 'compiled');

/** How many functions have been bundled until now, where some are being bundled. */
export function countBundled(): number {
  const kept = join(REPOSITORY, KEPT);
  const counts = readdirSync(kept)
    .filter((name) => /^bundles\.\w+\.\d+$/.test(name))
    .map((name) => readdirSync(join(kept, name)).length);
  return Math.max(0, ...counts);
}

function versionOf(repository: string): string {
  const paths = SOURCES.map((path) => join(repository, path));
  const contents = paths.flatMap(filesAt).map((path) => {
    return `${relative(repository, path)} ${hash('sha256', readFileSync(path))}`;
  });
  return hash('sha256', contents.toSorted().join('\n')).slice(0, 16);
}

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const LIFE_MS = 24 * 3600 * 1000;

/** Removes what earlier versions have left. A day it is kept, for another local stack may still run it. */
export function forgetOld(directory: string, prefix: string, nowMs: number): void {
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith(prefix))) {
    const path = join(directory, name);
    const { mtimeMs = nowMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (nowMs - mtimeMs > LIFE_MS) rmSync(path, { recursive: true, force: true });
  }
}
