import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface SourcesOptions {
  /** Directories; all below them is looked at. */
  readonly roots: readonly string[];
  /** Told of the files that were changed, added or removed since the last look. */
  onChange(paths: readonly string[]): void;
}

/**
 * A few hundred files are looked at in milliseconds, on every system alike. The watchers of operating systems differ in
 * what they tell of editors that write by renaming, and hold a handle for each directory.
 */
const LOOK_EVERY_MS = 300;

/** Looks for changed sources until it is closed. Never keeps the process alive. */
export function watchSources({ roots, onChange }: SourcesOptions) {
  let known = lookAt(roots);
  const timer = setInterval(() => {
    const now = lookAt(roots);
    const changed = [...new Set([...known.keys(), ...now.keys()])].filter(
      (path) => known.get(path) !== now.get(path),
    );
    known = now;
    if (changed.length > 0) onChange(changed);
  }, LOOK_EVERY_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

/** What tells one version of a file from the next, by its path. */
function lookAt(roots: readonly string[]): Map<string, string> {
  const seen = new Map<string, string>();
  for (const root of roots) {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // Gone between the two calls: then it is not there.
      const found = statSync(path, { throwIfNoEntry: false });
      if (found) seen.set(path, `${found.mtimeMs} ${found.size}`);
    }
  }
  return seen;
}
