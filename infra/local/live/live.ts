import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { FunctionName } from '../../functions.ts';
import { StartProblem } from '../problem.ts';
import type { LocalStack } from '../stack.ts';
import { functionOf } from '../template/functions.ts';
import { createLiveBundles } from './live-bundles.ts';
import { watchSources } from './sources.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

/**
 * What a change asks for, by where it is; the first that fits. Routes, names and keys are part of the templates too. What
 * this process itself runs it cannot replace.
 */
const AREAS = [
  { path: 'shared/contract/', asks: ['bundle', 'deploy'] },
  { path: 'shared/metrics/names.ts', asks: ['bundle', 'deploy'] },
  { path: 'shared/cache/keys.ts', asks: ['bundle', 'deploy'] },
  { path: 'shared/', asks: ['bundle'] },
  { path: 'functions/', asks: ['bundle'] },
  { path: 'infra/local/console/', asks: ['reload'] },
  { path: 'infra/local/', asks: ['restart'] },
  { path: 'infra/bundle.ts', asks: ['restart'] },
  { path: 'infra/openapi/', asks: [] },
  { path: 'infra/client/', asks: [] },
  { path: 'infra/', asks: ['deploy'] },
] as const;
type Ask = (typeof AREAS)[number]['asks'][number];

interface LiveOptions {
  readonly stack: Pick<LocalStack, 'lambda' | 'model' | 'directory' | 'forgetConsole' | 'redeploy'>;
  /** When the start began: sources that are younger may have come too late for it. */
  readonly startedAtMs: number;
  /** Functions that a debugger looks into: their bundles say where each line came from. */
  readonly inspected: readonly FunctionName[];
  readonly isWatching: boolean;
  /** Where the sources are; this repository unless given. */
  readonly repository?: string;
  say(text: string): void;
  complain(text: string): void;
}

/**
 * The running stack follows its sources: what changes in `functions/` and `shared/` runs from the next request on, what
 * changes in `infra/` once it is synthesized, with all that is stored. What does not compile is told in one place, and what
 * was before goes on.
 */
export async function startLive(options: LiveOptions) {
  const { stack, inspected, isWatching, say, complain } = options;
  const { repository = REPOSITORY } = options;
  const at = (path: string) => join(repository, path);
  const listed = (paths: readonly string[]) => namesOf(paths.map((path) => relative(repository, path)));
  const directory = join(stack.directory, 'live');
  await rm(directory, { recursive: true, force: true });
  const deployed = (name: string) => functionOf(stack.model.functions, name).name;
  let opened = 0;
  let names = namesOfSources();
  let bundles = openBundles();
  let work: Promise<void> = Promise.resolve();
  let isClosing = false;

  /** The sources that are deployed. */
  function namesOfSources(): string[] {
    const all = readdirSync(at('functions')).map((file) => basename(file, '.ts'));
    return all.filter((name) => stack.model.functions.some((spec) => spec.name.endsWith(`-${name}`)));
  }

  function openBundles() {
    opened += 1;
    return createLiveBundles({
      names,
      directory: join(directory, String(opened)),
      sourceDirectory: at('functions'),
      mapped: inspected.length > 0,
    });
  }

  /** One after the other: two bundles of one function must not race. */
  function enqueue(task: () => Promise<void>): Promise<void> {
    work = work.then(task).catch((error: unknown) => {
      if (!isClosing) complain(error instanceof StartProblem ? error.message : String(error));
    });
    return work;
  }

  /** @returns the functions that run other code from now on; undefined when it does not compile */
  async function rebuild(sinceMs?: number): Promise<string[] | undefined> {
    const { replaced, problems } = await bundles.rebuild(sinceMs);
    if (problems.length > 0) {
      complain(`not bundled, the code before goes on:\n\n${problems.join('\n\n')}\n`);
      return undefined;
    }
    for (const { name, codePath } of replaced) await stack.lambda.replace(deployed(name), codePath);
    for (const name of inspected) stack.lambda.warm(deployed(name));
    return replaced.map(({ name }) => name);
  }

  /** Set when the templates could not be synthesized: then the next edit of anything may be what mends them. */
  let isBehind = false;
  async function deploy(changed: readonly string[]): Promise<void> {
    const beganAtMs = Date.now();
    say(`${listed(changed)}: synthesizing again`);
    isBehind = true;
    const changes = await stack.redeploy();
    isBehind = false;
    const ms = Date.now() - beganAtMs;
    if (changes.length === 0) return say(`nothing of it runs on this machine  (${ms} ms)`);
    await followOthers();
    await catchUp(beganAtMs);
    say(`deployed again, with all that is stored: ${namesOf(changes)}  (${ms} ms)`);
  }

  /** Other functions may be deployed now. */
  async function followOthers(): Promise<void> {
    const before = names;
    names = namesOfSources();
    if (names.join() === before.join()) return;
    await bundles.close();
    bundles = openBundles();
  }

  /** Bundled once before anything else changes, so that the first change is as quick as the second. */
  async function catchUp(sinceMs: number): Promise<void> {
    // What is deployed has no maps to its sources, which a debugger wants.
    const isInspecting = inspected.length > 0;
    const replaced = await rebuild(isInspecting ? Number.NEGATIVE_INFINITY : sinceMs);
    if (replaced?.length && !isInspecting) say(`edited meanwhile: ${replaced.join(', ')} replaced`);
  }

  async function follow(changed: readonly string[]): Promise<void> {
    const beganAtMs = performance.now();
    const replaced = await rebuild();
    if (!replaced) return;
    const ms = Math.round(performance.now() - beganAtMs);
    if (replaced.length > 0) say(`${listed(changed)}: ${replaced.join(', ')} replaced  (${ms} ms)`);
    else say(`${listed(changed)}: no function runs other code than before`);
  }

  function onChange(changed: readonly string[]): void {
    const asking = (ask: Ask) =>
      changed.filter((path) => asksOf(relative(repository, path)).some((one) => one === ask));
    const [toBundle, toReload, toRestart] = [asking('bundle'), asking('reload'), asking('restart')];
    const toDeploy = isBehind ? changed : asking('deploy');
    if (toRestart.length > 0)
      say(`${listed(toRestart)}: of the local stack itself, restart npm start to run it`);
    if (toReload.length > 0) {
      stack.forgetConsole();
      say(`${listed(toReload)}: reload the console page`);
    }
    if (toBundle.length > 0) void enqueue(() => follow(toBundle));
    if (toDeploy.length > 0) void enqueue(() => deploy(toDeploy));
  }

  const roots = [at('functions'), at('shared'), at('infra')];
  const watching = isWatching ? watchSources({ roots, onChange }) : undefined;

  return {
    /** Settles when the first bundles are made. */
    ready: enqueue(() => catchUp(options.startedAtMs)),
    async close(): Promise<void> {
      isClosing = true;
      watching?.close();
      await work;
      await bundles.close();
    },
  };
}

const asksOf = (path: string): readonly Ask[] => AREAS.find((area) => path.startsWith(area.path))?.asks ?? [];

/** A few by name: a change of branch changes hundreds. */
function namesOf(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
