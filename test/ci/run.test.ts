import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const RUN = join(import.meta.dirname, '../../.ci/run');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ci-run-'));
  mkdirSync(join(directory, '.ci'));
  copyFileSync(RUN, join(directory, '.ci/run'));
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Run {
  /** What each script of npm prints, and whether it succeeds. */
  readonly says: Readonly<Record<'test' | 'check' | 'test:e2e', readonly [text: string, status: number]>>;
  /** How the starts of fresh copies end. */
  readonly copies?: number;
}

/** .ci/run with an npm that only says what it is told to. */
function run({ says, copies = 0 }: Run) {
  const cases = Object.entries(says).map(
    ([name, [text, status]]) => `*" ${name} ") echo '${text}'; exit ${status};;`,
  );
  const npm = `#!/bin/sh\ncase " $* " in\n${cases.join('\n')}\nesac\n`;
  writeFileSync(join(directory, 'npm'), npm, { mode: 0o755 });
  writeFileSync(join(directory, '.ci/fresh-copies'), `exit ${copies}\n`);
  const env = { PATH: `${directory}${delimiter}${process.env.PATH}`, CHROMIUM_PATH: '/any' };
  const { status, stdout } = spawnSync('bash', [join(directory, '.ci/run')], { encoding: 'utf8', env });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

const GOOD = {
  test: ['12 passed, 0 failed', 0],
  check: ['All checks passed.', 0],
  'test:e2e': ['3 passed, 0 failed', 0],
} as const;

it('ends with the counts of all tests', () => {
  expect(run({ says: GOOD })).toEqual({ status: 0, lastLine: '15 passed, 0 failed' });
});

it('adds up what failed and what was skipped, wherever it did', () => {
  const says = {
    ...GOOD,
    test: ['11 passed, 1 failed, 2 skipped', 1],
    'test:e2e': ['1 passed, 2 failed', 1],
  } as const;
  expect(run({ says })).toEqual({ status: 1, lastLine: '12 passed, 3 failed, 2 skipped' });
});

it('counts a run that did not get to its end as a failure', () => {
  const says = { ...GOOD, 'test:e2e': ['there is no Chromium here', 1] } as const;
  expect(run({ says })).toEqual({ status: 1, lastLine: '12 passed, 1 failed' });
});

it('fails when a check does, although every test passed', () => {
  const says = { ...GOOD, check: ['Failed: style.', 1] } as const;
  expect(run({ says })).toEqual({ status: 1, lastLine: '15 passed, 0 failed' });
});

it('fails when a fresh copy does not start', () => {
  expect(run({ says: GOOD, copies: 1 })).toEqual({ status: 1, lastLine: '15 passed, 0 failed' });
});
