import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copySources } from '../support/copy-sources.ts';
import type { Guard } from './guard.ts';
import { GUARDS } from './guards.ts';

/*
 * Takes down one guard at a time, in a copy of the sources, and has the test that is named with it fail. A guard that
 * no test misses is no guard, or has no test. `npm run test:guards -- I5` tries those whose invariant or name has the
 * words.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = join(root, 'node_modules/vitest/vitest.mjs');
const SEED = process.env.SEED ?? '20261122';
/** The rarest of the races is met about once in a thousand schedules; a run ends with the first that is found. */
const SCHEDULES = '10000';
const SCHEDULES_WHILE_STANDING = '2000';
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Run {
  /** The full names of the tests that passed. */
  passed: string[];
  failed: number;
  output: string;
}
interface Report {
  numFailedTests: number;
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

function runTest(copy: string, { file, title }: Guard['test'], schedules = SCHEDULES): Run {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const only = title ? ['-t', title] : [];
  const args = ['run', '--project', 'unit', '--reporter=json', `--outputFile=${report}`, ...only, file];
  const { stdout, stderr } = spawnSync(process.execPath, [VITEST, ...args], {
    cwd: copy,
    env: { ...process.env, SEED, SCHEDULES: schedules, GUARDS: '1', DYNAMODB_ENDPOINT: '' },
    encoding: 'utf8',
  });
  if (!existsSync(report)) return { passed: [], failed: 0, output: stdout + stderr };
  const text = readFileSync(report, 'utf8');
  const { numFailedTests, testResults }: Report = JSON.parse(text);
  const passed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ fullName, status }) => (status === 'passed' ? [fullName] : []));
  return { passed, failed: numFailedTests, output: text };
}

/** The source without the guard. Throws when the patch does not apply exactly once. */
function takenDown(source: string, { name, file, find, replace }: Guard): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${name}: what stands for the guard is found ${places} times in ${file}`);
  return source.replace(find, () => replace);
}

/** What the test said, in a few words; undefined when it did not notice. */
function caught(copy: string, guard: Guard): string | undefined {
  const path = join(copy, guard.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, takenDown(source, guard));
  try {
    const { failed, output } = runTest(copy, guard.test);
    if (failed === 0) return undefined;
    const found = /schedule (\d+) breaks an invariant: InvariantBroken: ([^\\]*)/.exec(output);
    return found ? `schedule ${found[1]}: ${found[2]}` : `${failed} failed`;
  } finally {
    writeFileSync(path, source);
  }
}

/** Nothing is proven by a test that fails, or does not run, while all guards stand. */
function requirePassing(copy: string, guards: readonly Guard[]): void {
  const files = Map.groupBy(guards, ({ test }) => test.file);
  for (const [file, ofFile] of files) {
    const { passed, failed, output } = runTest(copy, { file }, SCHEDULES_WHILE_STANDING);
    const unproven = ofFile.find(
      ({ test: { title = '' } }) => !passed.some((name) => new RegExp(title).test(name)),
    );
    if (failed > 0 || unproven)
      throw new Error(`${unproven?.name ?? file} is not proven as it is: ${output.slice(0, 2_000)}`);
  }
  say(`${files.size} test files pass while all guards stand`);
}

const words = process.argv.slice(2).join(' ');
const guards = GUARDS.filter(({ invariant, name }) => `${invariant} ${name}`.includes(words));
const copy = copySources(root, 'guards');
try {
  for (const guard of guards) takenDown(readFileSync(join(copy, guard.file), 'utf8'), guard);
  requirePassing(copy, guards);
  let missed = 0;
  for (const [i, guard] of guards.entries()) {
    const how = caught(copy, guard);
    if (!how) missed += 1;
    say(
      `${i + 1}/${guards.length} ${how ? 'caught' : 'MISSED'}  ${guard.invariant} ${guard.name}${how ? ` (${how})` : ''}`,
    );
  }
  say(`${guards.length - missed} of ${guards.length} caught`);
  process.exitCode = missed === 0 && guards.length > 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
