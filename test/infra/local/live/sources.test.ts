import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchSources } from '../../../../infra/local/live/sources.ts';

let root: string;
const seen: string[] = [];
let watching: ReturnType<typeof watchSources>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  root = mkdtempSync(join(tmpdir(), 'sources-'));
  mkdirSync(join(root, 'deep'));
  for (const name of ['kept.ts', 'edited.ts', 'deep/gone.ts']) writeFileSync(join(root, name), 'before');
  seen.length = 0;
  watching = watchSources({ roots: [root], onChange: (paths) => seen.push(...paths) });
});
afterEach(() => {
  watching.close();
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

const name = (path: string) => path.slice(root.length + 1);

it('tells what was edited, also by an editor that renames, what is new and what is gone; and each once', () => {
  writeFileSync(join(root, 'edited.ts.new'), 'after it was edited');
  renameSync(join(root, 'edited.ts.new'), join(root, 'edited.ts'));
  mkdirSync(join(root, 'new'));
  writeFileSync(join(root, 'new/file.ts'), 'new');
  rmSync(join(root, 'deep/gone.ts'));

  vi.advanceTimersByTime(1000);

  expect(seen.map(name).toSorted()).toEqual(['deep/gone.ts', 'edited.ts', 'new/file.ts']);
});

it('tells nothing once it is closed', () => {
  watching.close();
  writeFileSync(join(root, 'edited.ts'), 'after it was edited');
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([]);
});
