import type { FunctionName } from '../../infra/functions.ts';
import type { LocalStack } from '../../infra/local/stack.ts';
import type { Random } from '../support/random.ts';
import type { Chronicle } from './chronicle.ts';

interface Kill {
  readonly functionName: FunctionName;
  readonly atMs: number;
  /** A request was found that ended with it. */
  isAnswered: boolean;
}

/** By how often each is chosen: those that compute have the most to lose. */
const TARGETS: Readonly<Partial<Record<FunctionName, number>>> = {
  'get-artists': 10,
  'refresh-artists': 3,
  'toggle-artist': 3,
  'disconnect-platform': 2,
  'complete-connection': 2,
  'sync-artists': 2,
  sweep: 1,
};

/** A process that is killed ends its request at once, give or take what the harness itself is late. */
const TOLERANCE_MS = 1_000;

export type Kills = ReturnType<typeof createKills>;

/** Ends execution environments by SIGKILL, whatever they are doing, and knows which requests that cost. */
export function createKills(random: Random, chronicle: Chronicle) {
  const kills: Kill[] = [];

  return {
    async killOne({ lambda, model }: LocalStack): Promise<void> {
      const functionName = random.weighted(TARGETS as Record<FunctionName, number>);
      const spec = model.functions.find(({ name }) => name.endsWith(`-${functionName}`));
      const environments = lambda.environments(spec?.name ?? functionName);
      if (environments.length === 0) return;
      chronicle.count('kills');
      chronicle.tell(undefined, `a process of ${functionName} is killed`);
      kills.push({ functionName, atMs: Date.now(), isAnswered: false });
      await random.pick(environments).kill();
    },

    /** Whether a kill explains that a request ended so; each explains one. */
    explains(functionName: FunctionName, fromMs: number, untilMs: number): boolean {
      const kill = kills.find(
        (known) =>
          known.functionName === functionName &&
          !known.isAnswered &&
          known.atMs >= fromMs - TOLERANCE_MS &&
          known.atMs <= untilMs + TOLERANCE_MS,
      );
      if (kill) kill.isAnswered = true;
      return kill !== undefined;
    },

    /** Whether any process was killed in that time. */
    anyBetween: (fromMs: number, untilMs: number): boolean =>
      kills.some(({ atMs }) => atMs >= fromMs - TOLERANCE_MS && atMs <= untilMs + TOLERANCE_MS),
  };
}
