import { createRate } from './rates.ts';
import type { Timeline } from './timeline.ts';

/** What an invocation takes beside its waiting: the middle of what the local stack takes. */
const OWN_MS = 5;

export interface FunctionUsage {
  invocations: number;
  /** Instances at work, on the average of the busiest minute. */
  concurrency: number;
  /** What Lambda charges: from the first to the last line of the handler, in milliseconds. */
  billedMs: number;
}

/**
 * The instances of one function: each does one thing at a time and keeps what it knows, as on Lambda. The one that was
 * free last goes first. `bound`: how many there may be; what comes then waits.
 */
export function createFleet<TInstance>(
  { at, clock }: Timeline,
  createInstance: () => TInstance,
  bound = Number.POSITIVE_INFINITY,
) {
  const free: TInstance[] = [];
  const waiting: (() => void)[] = [];
  const billed = createRate();
  let invocations = 0;
  let busy = 0;

  async function run<T>(work: (instance: TInstance) => Promise<T>): Promise<T> {
    const startMs = clock.nowMs();
    const instance = free.pop() ?? createInstance();
    busy += 1;
    invocations += 1;
    try {
      return await work(instance);
    } finally {
      const endMs = clock.nowMs() + OWN_MS;
      billed.add(endMs, endMs - startMs);
      at(endMs, () => {
        busy -= 1;
        free.push(instance);
        waiting.shift()?.();
      });
    }
  }

  return {
    async invoke<T>(work: (instance: TInstance) => Promise<T>): Promise<T> {
      if (busy >= bound) await new Promise<void>((resolve) => waiting.push(resolve));
      return run(work);
    },
    usage(): FunctionUsage {
      const { total, minute } = billed.report();
      return { invocations, concurrency: minute / 1000, billedMs: Math.round(total) };
    },
  };
}
