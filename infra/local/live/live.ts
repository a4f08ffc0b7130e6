import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type FunctionName, functionNames } from '../../functions.ts';
import type { LocalStack } from '../stack.ts';
import { functionOf } from '../template/functions.ts';
import { createLiveBundles } from './live-bundles.ts';
import { watchSources } from './sources.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

/** What a change asks for, by where it is; the first that fits. Routes and schemas are part of the templates too. */
const AREAS = [
  { path: 'shared/contract/', asks: ['bundle', 'restart'] },
  { path: 'shared/', asks: ['bundle'] },
  { path: 'functions/', asks: ['bundle'] },
  { path: 'infra/local/console/', asks: ['reload'] },
  { path: 'infra/', asks: ['restart'] },
] as const;
type Ask = (typeof AREAS)[number]['asks'][number];

interface LiveOptions {
  readonly stack: Pick<LocalStack, 'lambda' | 'model' | 'directory' | 'forgetConsole'>;
  /** When the start began: sources that are younger may have come too late for it. */
  readonly startedAtMs: number;
  /** Functions that a debugger looks into: their bundles say where each line came from. */
  readonly inspected: readonly FunctionName[];
  readonly isWatching: boolean;
  /** Where the sources are, and which functions they make; those of this repository unless given. */
  readonly repository?: string;
  readonly names?: readonly string[];
  say(text: string): void;
  complain(text: string): void;
}

/**
 * The running stack follows its sources: what changes in `functions/` and `shared/` runs from the next request on, with
 * all that is stored. What does not compile is told in one place, and the code before goes on.
 */
export async function startLive(options: LiveOptions) {
  const { stack, inspected, isWatching, say, complain } = options;
  const { repository = REPOSITORY, names = functionNames } = options;
  const at = (path: string) => join(repository, path);
  const listed = (paths: readonly string[]) => namesOf(paths.map((path) => relative(repository, path)));
  const directory = join(stack.directory, 'live');
  await rm(directory, { recursive: true, force: true });
  const bundles = createLiveBundles({
    names,
    directory,
    sourceDirectory: at('functions'),
    mapped: inspected.length > 0,
  });
  const deployed = (name: string) => functionOf(stack.model.functions, name).name;
  let work: Promise<void> = Promise.resolve();

  /** One after the other: two bundles of one function must not race. */
  function enqueue(task: () => Promise<void>): Promise<void> {
    work = work.then(task).catch((error: unknown) => complain(String(error)));
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
    if (toRestart.length > 0) say(`${listed(toRestart)}: restart npm start to run it`);
    if (toReload.length > 0) {
      stack.forgetConsole();
      say(`${listed(toReload)}: reload the console page`);
    }
    if (toBundle.length > 0) void enqueue(() => follow(toBundle));
  }

  const roots = [at('functions'), at('shared'), at('infra')];
  const watching = isWatching ? watchSources({ roots, onChange }) : undefined;
  /** Bundled once before anything has changed, so that the first change is as quick as the second. */
  async function begin(): Promise<void> {
    const replaced = await rebuild(inspected.length > 0 ? Number.NEGATIVE_INFINITY : options.startedAtMs);
    if (replaced?.length && inspected.length === 0)
      say(`edited during the start: ${replaced.join(', ')} replaced`);
  }

  return {
    /** Settles when the first bundles are made. */
    ready: enqueue(begin),
    async close(): Promise<void> {
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
