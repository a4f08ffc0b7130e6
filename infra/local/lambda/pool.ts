import type { Environment, Work } from './environment.ts';
import { failure, type Outcome } from './outcome.ts';

export interface Pool {
  run(work: Work): Promise<Outcome>;
  readonly environments: readonly Environment[];
  /** Invocations that wait for an environment. */
  readonly waiting: number;
  /** Starts an environment if there is none, so that the first work finds it. */
  warm(): void;
  /** What runs now takes no more work: idle environments end, busy ones after what they do. New work starts new ones. */
  renew(): Promise<void>;
  /** Ends every environment; those that were busy answer an error. New work starts new ones. */
  kill(): Promise<void>;
  /** The same, and for good: what waits answers an error. */
  close(): Promise<void>;
}

/**
 * The execution environments of one function: the warmest idle one serves; a new one is started when none is idle; at
 * the limit, work waits its turn.
 */
export function createPool(
  limit: number,
  start: (onGone: (environment: Environment) => void) => Environment,
): Pool {
  const all = new Set<Environment>();
  const idle: Environment[] = [];
  const outdated = new WeakSet<Environment>();
  const queue: ((environment: Environment | undefined) => void)[] = [];
  let closed = false;

  function begin(): Environment {
    const environment = start((gone) => {
      all.delete(gone);
      const index = idle.indexOf(gone);
      if (index >= 0) idle.splice(index, 1);
      serveQueue();
    });
    all.add(environment);
    return environment;
  }

  function serveQueue(): void {
    if (closed) for (const refuse of queue.splice(0)) refuse(undefined);
    while (queue.length > 0) {
      const environment = idle.pop() ?? (all.size < limit ? begin() : undefined);
      if (!environment) return;
      queue.shift()?.(environment);
    }
  }

  function acquire(): Promise<Environment | undefined> {
    return new Promise((resolve) => {
      queue.push(resolve);
      serveQueue();
    });
  }

  function takeBack(environment: Environment): void {
    if (!environment.alive) return;
    if (outdated.has(environment)) void environment.kill();
    else idle.push(environment);
  }

  async function kill(): Promise<void> {
    await Promise.all([...all].map((environment) => environment.kill()));
  }

  return {
    async run(work) {
      for (;;) {
        const environment = await acquire();
        if (!environment) return failure('exit', 'Runtime.ExitError', 'the local stack is stopping');
        const outcome = await environment.run(work);
        takeBack(environment);
        serveQueue();
        if (outcome) return outcome;
      }
    },
    get environments() {
      return [...all];
    },
    get waiting() {
      return queue.length;
    },
    warm() {
      if (all.size === 0 && !closed) idle.push(begin());
    },
    async renew() {
      for (const environment of all) outdated.add(environment);
      await Promise.all(idle.splice(0).map((environment) => environment.kill()));
    },
    kill,
    async close() {
      closed = true;
      serveQueue();
      await kill();
    },
  };
}
