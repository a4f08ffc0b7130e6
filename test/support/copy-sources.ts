import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCES = ['functions', 'infra', 'shared', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

/** A copy of the sources, to be changed and tested; the caller removes it. */
export function copySources(root: string, name: string): string {
  const copy = mkdtempSync(join(tmpdir(), `${name}-`));
  for (const path of SOURCES) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
