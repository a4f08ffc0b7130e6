import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');

/** What a Linux machine has and macOS has not, or has with other options. */
const LINUX_ALONE = [
  /\/proc\b/,
  /\/dev\/shm\b/,
  /\/sys\/(fs|class)\b/,
  /\b(setsid|pgrep -f|pkill|fuser|nproc|taskset|unshare|ionice)\b/,
  /\b(readlink -f|sed -i|date -d|grep -P|stat -c|xargs -r|cp --|sort -V|mktemp -p|timeout -k)/,
  /process\.platform === 'linux'/,
];

const SOURCES = ['.ci/*', '{functions,infra,shared,test}/**/*.{ts,tsx,mjs,cjs}'];

/** Files that may use it, with what they do elsewhere. */
const WITH_FALLBACK: Record<string, string> = {
  'test/support/processes.ts': 'asks ps of POSIX',
  'test/bench/stack-process.ts': 'the load run names no processor time',
  'test/ci/portable.test.ts': 'only names it',
};

/** Comments may name what the code does without. */
const withoutComments = (text: string) => text.replace(/^\s*(\/?\*|\/\/|#(?!!)).*$/gm, '');

it('uses nothing of Linux alone without a fallback', () => {
  const files = ['package.json', ...globSync(SOURCES, { cwd: REPOSITORY, exclude: ['**/node_modules'] })];
  expect(files.length).toBeGreaterThan(300);

  const uses = files.filter((file) => {
    const text = withoutComments(readFileSync(join(REPOSITORY, file), 'utf8'));
    return LINUX_ALONE.some((pattern) => pattern.test(text));
  });

  expect(uses.toSorted()).toEqual(Object.keys(WITH_FALLBACK).toSorted());
});
