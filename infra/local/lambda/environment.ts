import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { failure, type Outcome } from './outcome.ts';
import { type Invocation, type RuntimeApi, serveRuntimeApi } from './runtime-api.ts';
import { type RuntimeOptions, spawnRuntime } from './runtime-process.ts';

export type Work = Omit<Invocation, 'deadlineMs'>;

export interface Environment {
  readonly id: string;
  readonly pid: number | undefined;
  readonly alive: boolean;
  /** One at a time. Null when the process ended before it took the work: another process may do it. */
  run(work: Work): Promise<Outcome | null>;
  kill(): Promise<void>;
}

export interface EnvironmentOptions extends RuntimeOptions {
  /** How long an environment without work goes on running before it is frozen. AWS gives it nothing. */
  readonly freezeAfterMs: number;
  onGone(environment: Environment): void;
}

/** How long loading a bundle may take; AWS then begins anew, within the function's timeout, where this goes on. */
const INIT_TIMEOUT_SECONDS = 10;

interface Task {
  readonly work: Work;
  readonly settle: (outcome: Outcome | null) => void;
  deliveredAtMs?: number;
  timer?: NodeJS.Timeout;
}

/**
 * One execution environment: a process that runs the function's bundle and handles one invocation at a time. Between
 * invocations it is frozen, as on AWS: what a handler leaves running behind its result goes on at the next one, or never.
 */
export function createEnvironment({ freezeAfterMs, onGone, ...options }: EnvironmentOptions): Environment {
  const { spec, guardian, witness } = options;
  const id = randomUUID();
  const onLine = (line: string) => {
    options.onLine(line);
    witness?.wrote(id, line);
  };
  const startedAtMs = performance.now();
  let child: ChildProcess | undefined;
  let api: RuntimeApi | undefined;
  let deliverNext: ((invocation: Invocation) => void) | undefined;
  let task: Task | undefined;
  let ready = false;
  let initMs: number | undefined;
  let initError: Outcome | undefined;
  let killed: Outcome | undefined;
  let gone = false;
  let freezing: NodeJS.Timeout | undefined;

  const initSeconds = Math.max(INIT_TIMEOUT_SECONDS, spec.timeoutSeconds);
  const initTimer = setTimeout(() => {
    killed = failure('init', 'Sandbox.Timedout', `Init phase timed out after ${initSeconds} seconds`);
    end();
  }, initSeconds * 1000);

  const launched = launch().catch((error: unknown) => {
    initError ??= failure('init', 'Runtime.StartError', String(error));
    leave();
  });

  async function launch(): Promise<void> {
    api = await serveRuntimeApi({
      onNext: takeNext,
      onResponse: (requestId, payload) => settle(requestId, { kind: 'ok', payload }),
      onError: (requestId, payload) => settle(requestId, { kind: 'error', cause: 'handler', payload }),
      onInitError: (payload) => {
        initError = { kind: 'error', cause: 'init', payload };
      },
    });
    if (gone) return void api.close();
    child = spawnRuntime({ ...options, onLine }, id, api.address);
    child.once('error', (error) => {
      initError ??= failure('init', 'Runtime.StartError', error.message);
      leave();
    });
    child.once('close', leave);
  }

  function takeNext(deliver: (invocation: Invocation) => void): void {
    deliverNext = deliver;
    if (!ready) {
      ready = true;
      initMs = performance.now() - startedAtMs;
      clearTimeout(initTimer);
    }
    if (task) hand(task, deliver);
    else if (freezeAfterMs === 0) freeze();
    else freezing = setTimeout(freeze, freezeAfterMs);
  }

  function freeze(): void {
    child?.kill('SIGSTOP');
  }

  function hand(given: Task, deliver: (invocation: Invocation) => void): void {
    const timeoutMs = spec.timeoutSeconds * 1000;
    deliverNext = undefined;
    given.deliveredAtMs = performance.now();
    given.timer = setTimeout(() => {
      const message = `${new Date().toISOString()} ${given.work.requestId} Task timed out after ${spec.timeoutSeconds.toFixed(2)} seconds`;
      onLine(message);
      killed = failure('timeout', 'Sandbox.Timedout', message);
      end();
    }, timeoutMs);
    clearTimeout(freezing);
    child?.kill('SIGCONT');
    witness?.began(id, spec.name, given.work.payload);
    deliver({ ...given.work, deadlineMs: Date.now() + timeoutMs });
  }

  function settle(requestId: string, outcome: Outcome): void {
    if (task?.work.requestId !== requestId || task.deliveredAtMs === undefined) return;
    finish(outcome);
  }

  function finish(outcome: Outcome | null): void {
    if (!task) return;
    const { settle: done, timer, work, deliveredAtMs } = task;
    clearTimeout(timer);
    task = undefined;
    if (deliveredAtMs !== undefined) {
      const init = initMs === undefined ? '' : `\tInit Duration: ${initMs.toFixed(2)} ms`;
      initMs = undefined;
      const duration = (performance.now() - deliveredAtMs).toFixed(2);
      onLine(`REPORT RequestId: ${work.requestId}\tDuration: ${duration} ms${init}`);
    }
    done(outcome);
  }

  /** SIGKILL: the only signal that ends a frozen process, and the one that AWS sends. */
  function end(): void {
    if (child) child.kill('SIGKILL');
    else leave();
  }

  function leave(): void {
    if (gone) return;
    gone = true;
    clearTimeout(initTimer);
    clearTimeout(freezing);
    if (child?.pid !== undefined) guardian.forget(child.pid);
    void api?.close();
    onGone(environment);
    finish(endingOf(task));
  }

  function endingOf(given: Task | undefined): Outcome | null {
    if (killed) return killed;
    if (initError) return initError;
    if (ready && given?.deliveredAtMs === undefined) return null;
    const how = child?.signalCode ? `signal: ${child.signalCode}` : `exit status ${child?.exitCode ?? 1}`;
    const message = `RequestId: ${given?.work.requestId} Error: Runtime exited with error: ${how}`;
    return failure(ready ? 'exit' : 'init', 'Runtime.ExitError', message);
  }

  const environment: Environment = {
    id,
    get pid() {
      return child?.pid;
    },
    get alive() {
      return !gone;
    },
    run(work) {
      if (gone) return Promise.resolve(null);
      if (task) throw new Error('an execution environment handles one invocation at a time');
      return new Promise((settled) => {
        task = { work, settle: settled };
        if (deliverNext) hand(task, deliverNext);
      });
    },
    async kill() {
      await launched;
      if (gone) return;
      const closed = new Promise((resolve) => child?.once('close', resolve));
      end();
      await closed;
    },
  };
  return environment;
}
