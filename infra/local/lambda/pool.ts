import type { Environment, Work } from './environment.ts';
import { failure, type Outcome } from './outcome.ts';

export interface Pool {
  run(work: Work): Promise<Outcome>;
  readonly environments: readonly Environment[];
  /** Invocations that wait for an environment. */
  readonly waiting: number;
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

  async function kill(): Promise<void> {
    await Promise.all([...all].map((environment) => environment.kill()));
  }

  return {
    async run(work) {
      for (;;) {
        const environment = await acquire();
        if (!environment) return failure('exit', 'Runtime.ExitError', 'the local stack is stopping');
        const outcome = await environment.run(work);
        if (environment.alive) idle.push(environment);
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
    kill,
    async close() {
      closed = true;
      serveQueue();
      await kill();
    },
  };
}
