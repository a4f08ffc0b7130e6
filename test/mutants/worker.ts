import { readFileSync, writeFileSync } from 'node:fs';
import { createVitest, type Vitest } from 'vitest/node';
import { SCHEDULES } from './covering.ts';

/*
 * Runs tests against one changed source after the other, in a Vitest that stays and a copy of the sources. A process of
 * its own, so that a mutant that never ends can be ended with it.
 */

/** What the parent asks. `source` undefined: as it is. */
export interface Ask {
  path: string;
  source: string | undefined;
  tests: string[];
}
/** The test file that failed; undefined when none did. */
export interface Verdict {
  failed: string | undefined;
  /** How long each test file took. */
  tookMs: Record<string, number>;
}

/** Those asked first are the likeliest to notice: the rest is read in only when they do not. */
const FIRST = 3;
const TEST_TIMEOUT_MS = 60_000;
const root = process.cwd();

async function start(): Promise<Vitest> {
  return createVitest({
    config: false,
    root,
    watch: false,
    include: ['test/**/*.test.ts'],
    reporters: [{}],
    pool: 'forks',
    maxWorkers: 1,
    bail: 1,
    restoreMocks: true,
    unstubEnvs: true,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    env: { SCHEDULES: '150', SEED: '20261122', GUARDS: '1', DYNAMODB_ENDPOINT: '' },
  });
}

async function run(
  vitest: Vitest,
  tests: readonly string[],
  tookMs: Verdict['tookMs'],
): Promise<string | undefined> {
  if (tests.length === 0) return undefined;
  const project = vitest.getRootProject();
  const specifications = tests.map((test) => project.createSpecification(`${root}/${test}`));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  for (const { relativeModuleId, diagnostic } of testModules.map((module) => ({
    relativeModuleId: module.relativeModuleId,
    diagnostic: module.diagnostic(),
  })))
    tookMs[relativeModuleId] = diagnostic.duration + diagnostic.collectDuration;
  const failed = testModules.find((module) => !module.ok());
  return (
    failed?.relativeModuleId ?? (unhandledErrors.length > 0 ? 'an error outside of any test' : undefined)
  );
}

const vitest = await start();
process.on('message', async ({ path, source, tests }: Ask) => {
  const before = source === undefined ? undefined : readFileSync(path, 'utf8');
  if (source !== undefined) writeFileSync(path, source);
  vitest.invalidateFile(path);
  const others = tests.filter((test) => test !== SCHEDULES);
  const stages = [others.slice(0, FIRST), others.slice(FIRST), tests.filter((test) => test === SCHEDULES)];
  const tookMs: Verdict['tookMs'] = {};
  let failed: string | undefined;
  for (const stage of stages) failed ??= await run(vitest, stage, tookMs);
  if (before !== undefined) writeFileSync(path, before);
  process.send?.({ failed, tookMs } satisfies Verdict);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
