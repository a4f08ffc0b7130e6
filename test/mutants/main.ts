import { type ChildProcess, fork } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copySources } from '../support/copy-sources.ts';
import { createRandom } from '../support/random.ts';
import { coveringTests } from './covering.ts';
import { EXPLAINED } from './explained.ts';
import { type Mutant, mutantsOf, mutated } from './mutate.ts';
import type { Ask, Verdict } from './worker.ts';

/*
 * Changes the sources in one place at a time and has the tests that import them notice. What survives wants a test, or
 * an explanation in explained.ts. `npm run test:mutants -- shared/cache/entry.ts --sample 50 --seed 2`
 */

const DIRECTORIES = ['cache', 'platforms', 'spotify', 'http', 'artists'].map((name) => `shared/${name}`);
const LOWEST_SCORE = 0.9;
/** A mutant that takes longer never ends. */
const LIMIT_MS = 240_000;
const ALL_TESTS_LIMIT_MS = 900_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: 'Infinity' },
  },
});

type Fate = 'killed' | 'timed out' | 'survived' | 'explained';

const sources = new Map(filesOf(positionals).map((file) => [file, readFileSync(`${root}/${file}`, 'utf8')]));
const all = [...sources].flatMap(([file, source]) => mutantsOf(file, source));
const chosen = sampled(all);
const covering = coveringTests(root);
const copy = copySources(root, 'mutants');
let worker: ChildProcess | undefined;

function filesOf(names: readonly string[]): string[] {
  const wanted = names.length > 0 ? names : DIRECTORIES;
  return wanted
    .flatMap((name) => (name.endsWith('.ts') ? [name] : globSync(`${name}/**/*.ts`, { cwd: root })))
    .sort();
}

function sampled(mutants: readonly Mutant[]): Mutant[] {
  if (values.sample === undefined) return [...mutants];
  // In no order: where time is over before the end, what was tried is a fair sample too.
  return createRandom(Number(values.seed)).shuffled(mutants).slice(0, Number(values.sample));
}

async function ready(): Promise<ChildProcess> {
  if (worker) return worker;
  const started = fork(new URL('worker.ts', import.meta.url), {
    cwd: copy,
    detached: true,
    stdio: 'ignore',
  });
  await new Promise((resolve) => started.once('message', resolve));
  worker = started;
  return started;
}

/** With all that it started: the tests run in processes of their own. */
function endWorker(): void {
  if (worker?.pid) process.kill(-worker.pid, 'SIGKILL');
  worker = undefined;
}

async function ask(question: Ask, limitMs = LIMIT_MS): Promise<Verdict | 'timed out'> {
  const asked = await ready();
  return new Promise((resolve) => {
    const settle = (verdict: Verdict | 'timed out') => {
      clearTimeout(limit);
      asked.removeAllListeners('message').removeAllListeners('exit');
      if (verdict === 'timed out') endWorker();
      resolve(verdict);
    };
    const limit = setTimeout(() => settle('timed out'), limitMs);
    asked.once('message', (verdict: Verdict) => settle(verdict));
    asked.once('exit', () => settle('timed out'));
    asked.send(question);
  });
}

/** Nothing is proven by a test that fails as it is. */
async function requirePassing(): Promise<void> {
  const tests = new Set(chosen.flatMap(({ file }) => covering(file)));
  const verdict = await ask({ path: '', source: undefined, tests: [...tests] }, ALL_TESTS_LIMIT_MS);
  if (verdict === 'timed out') throw new Error('the tests do not end as they are');
  if (verdict.failed) throw new Error(`${verdict.failed} fails as it is`);
  for (const [test, ms] of Object.entries(verdict.tookMs)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8))
    say(`${Math.round(ms)} ms ${test}`);
  say(`${tests.size} test files pass as it is`);
}

const lineOf = ({ file, line }: Mutant): string =>
  (sources.get(file) ?? '').split('\n')[line - 1]?.trim() ?? '';

const explanationOf = (mutant: Mutant) =>
  EXPLAINED.find(
    ({ file, line, was, becomes }) =>
      file === mutant.file && line === lineOf(mutant) && was === mutant.was && becomes === mutant.becomes,
  );

async function fateOf(mutant: Mutant): Promise<Fate> {
  const { file } = mutant;
  const source = mutated(sources.get(file) ?? '', mutant);
  const path = `${copy}/${file}`;
  const verdict = await ask({ path, source, tests: covering(file) });
  if (verdict === 'timed out') {
    writeFileSync(path, sources.get(file) ?? '');
    return 'timed out';
  }
  if (verdict.failed) return 'killed';
  return explanationOf(mutant) ? 'explained' : 'survived';
}

function scoreOf(name: string, fates: readonly Fate[]): number {
  const times = (fate: Fate) => fates.filter((other) => other === fate).length;
  const score = (times('killed') + times('timed out')) / fates.length;
  const parts = (['killed', 'timed out', 'explained', 'survived'] as const).map(
    (fate) => `${times(fate)} ${fate}`,
  );
  say(`${name.padEnd(20)} ${(100 * score).toFixed(1).padStart(5)} % of ${fates.length}: ${parts.join(', ')}`);
  return score;
}

const fates = new Map<Mutant, Fate>();
try {
  say(`${chosen.length} of ${all.length} mutants${values.sample ? `, --seed ${values.seed}` : ''}`);
  await requirePassing();
  const untilMs = performance.now() + Number(values.minutes) * 60_000;
  for (const mutant of chosen) {
    if (performance.now() > untilMs) break;
    const fate = await fateOf(mutant);
    fates.set(mutant, fate);
    if (fate === 'killed') continue;
    const { file, line, was, becomes } = mutant;
    say(
      `${fates.size}/${chosen.length} ${fate.toUpperCase()} ${file}:${line} ${JSON.stringify({ line: lineOf(mutant), was, becomes })}`,
    );
  }
} finally {
  endWorker();
  rmSync(copy, { recursive: true, force: true });
}
if (fates.size < chosen.length) say(`${fates.size} were tried in ${values.minutes} minutes`);
for (const directory of new Set(chosen.map(({ file }) => dirname(file))))
  scoreOf(
    directory,
    [...fates].flatMap(([{ file }, fate]) => (dirname(file) === directory ? [fate] : [])),
  );
const score = scoreOf('all', [...fates.values()]);
const isGood = score >= LOWEST_SCORE && ![...fates.values()].includes('survived');
process.exitCode = isGood ? 0 : 1;
