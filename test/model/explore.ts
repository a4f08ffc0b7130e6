import fc from 'fast-check';
import type { Tally } from './history.ts';
import { type Plan, plans } from './plan.ts';
import { runPlan } from './run-plan.ts';

interface Exploration {
  schedules: number;
  /** The same seed gives the same schedules. */
  seed: number;
  /** Of a run that failed: goes straight to its smallest counterexample. */
  path?: string | undefined;
  onSchedule?: (done: number) => void;
  /** Do not look for a smaller counterexample. */
  endOnFailure?: boolean;
}

/** Plays that many schedules, and returns what happened in them. Throws with the smallest plan that breaks an invariant. */
export async function explore({
  schedules,
  seed,
  path,
  onSchedule,
  endOnFailure = false,
}: Exploration): Promise<Tally> {
  const tally: Tally = new Map();
  let done = 0;
  const property = fc.asyncProperty(plans, async (plan) => {
    await runPlan(plan, tally);
    done += 1;
    onSchedule?.(done);
  });
  await fc.assert(property, {
    numRuns: schedules,
    seed,
    endOnFailure,
    ...(path === undefined ? {} : { path }),
    asyncReporter: async (details) => {
      if (!details.failed) return;
      const { numRuns, counterexample, counterexamplePath, errorInstance } = details;
      const [plan] = counterexample as [Plan];
      const story: string[] = [];
      await runPlan(plan, new Map(), (line) => story.push(line)).catch(() => undefined);
      const replay = `SEED=${seed} SEED_PATH='${counterexamplePath}' npm run test:model`;
      throw new Error(
        `schedule ${numRuns} breaks an invariant: ${String(errorInstance)}\n${describePlan(plan)}\n\n${story.join('\n')}\n\nreplay: ${replay}`,
        { cause: errorInstance },
      );
    },
  });
  return tally;
}

const describePlan = ({ actions, choices, ...rest }: Plan) =>
  [
    `plan: ${JSON.stringify(rest)}, choices ${[...choices]}`,
    ...actions.map((action) => `  ${JSON.stringify(action)}`),
  ].join('\n');
