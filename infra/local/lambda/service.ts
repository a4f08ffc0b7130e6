import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import type { Witness } from '../record/request-record.ts';
import type { FunctionSpec } from '../template/functions.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { createGuardian } from './guardian.ts';
import type { Logs } from './logs.ts';
import type { Outcome } from './outcome.ts';
import { createPool, type Pool } from './pool.ts';
import { PAYLOAD_LIMIT_BYTES } from './runtime-api.ts';

export interface LambdaServiceOptions {
  readonly functions: readonly FunctionSpec[];
  /** Variables that every function gets beside its own: where AWS and Spotify are. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly concurrency: number;
  /** By which AWS's stand-ins know a function as itself. */
  sessionTokenFor(name: string): string;
  readonly logs: Logs;
  /** How long an environment without work goes on running before it is frozen; at once, as on AWS, unless given. */
  readonly freezeAfterMs?: number;
  /** Functions that are run under a debugger, by name, and the port where it finds each. */
  readonly inspectPorts?: ReadonlyMap<string, number>;
  /** Told of what the environments do. */
  readonly witness?: Witness | undefined;
  /** One line for each invocation that failed. */
  onFailure(message: string): void;
  readonly clock?: Clock;
  /** How long after a failed asynchronous invocation it is tried again. */
  readonly asyncRetryDelaysMs?: readonly number[];
}

export class FunctionNotFound extends Error {}
export class PayloadTooLarge extends Error {}

export type LambdaService = ReturnType<typeof createLambdaService>;

/** As AWS does: one minute, then two. */
const ASYNC_RETRY_DELAYS_MS = [60_000, 120_000];
const ASYNC_PAYLOAD_LIMIT_BYTES = 1024 * 1024;

/** Under a debugger nothing is too slow, and nothing is frozen. */
const PATIENCE_SECONDS = 24 * 3600;

interface Running {
  spec: FunctionSpec;
  readonly pool: Pool;
}

/** The functions of the templates, each with its own execution environments, started when they are first needed. */
export function createLambdaService({
  functions,
  endpoints,
  concurrency,
  sessionTokenFor,
  logs,
  freezeAfterMs = 0,
  inspectPorts = new Map(),
  witness,
  onFailure,
  clock = systemClock,
  asyncRetryDelaysMs = ASYNC_RETRY_DELAYS_MS,
}: LambdaServiceOptions) {
  const guardian = createGuardian();
  const closing = new AbortController();
  const atWork = new Set<Promise<Outcome>>();
  const running = new Map<string, Running>(functions.map((spec) => [spec.name, start(spec)]));

  function start(spec: FunctionSpec): Running {
    const inspectPort = inspectPorts.get(spec.name);
    // A debugger finds one process at its port.
    const most = inspectPort === undefined ? concurrency : 1;
    const patient = { timeoutSeconds: PATIENCE_SECONDS };
    const started: Running = {
      spec: inspectPort === undefined ? spec : { ...spec, ...patient },
      pool: createPool(Math.min(most, spec.reservedConcurrency ?? most), (onGone) =>
        createEnvironment({
          spec: started.spec,
          endpoints,
          sessionToken: sessionTokenFor(spec.name),
          guardian,
          inspectPort,
          witness,
          freezeAfterMs: inspectPort === undefined ? freezeAfterMs : PATIENCE_SECONDS * 1000,
          onGone,
          onLine: (line) => logs.write(spec.name, line),
        }),
      ),
    };
    return started;
  }

  /** By name, ARN, or ARN with an alias or version. */
  function find(nameOrArn: string): Running {
    const name = nameOrArn.replace(/^(arn:[^:]+:lambda:[^:]*:\d*:function:|\d+:function:)/, '').split(':')[0];
    const found = running.get(name ?? '');
    if (!found) throw new FunctionNotFound(`Function not found: ${nameOrArn}`);
    return found;
  }

  async function run({ spec, pool }: Running, payload: string): Promise<Outcome> {
    if (closing.signal.aborted) throw new Error('the local stack is stopping');
    const work = pool.run({
      requestId: randomUUID(),
      functionArn: spec.arn,
      traceId: `Root=1-${Math.floor(clock.nowMs() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
      payload,
    });
    atWork.add(work);
    const outcome = await work.finally(() => atWork.delete(work));
    if (outcome.kind === 'error' && !closing.signal.aborted)
      onFailure(`${spec.name} failed: ${summary(outcome.payload)}`);
    return outcome;
  }

  async function runLater(found: Running, payload: string): Promise<void> {
    for (const delayMs of [...asyncRetryDelaysMs.slice(0, found.spec.asyncRetries), undefined]) {
      const outcome = await run(found, payload);
      if (outcome.kind === 'ok' || delayMs === undefined) return;
      await clock.sleep(delayMs, closing.signal);
    }
  }

  return {
    /**
     * Runs a function and waits for its result.
     * @throws FunctionNotFound
     * @throws PayloadTooLarge
     */
    async invoke(nameOrArn: string, payload: string): Promise<Outcome> {
      const found = find(nameOrArn);
      requireSize(payload, PAYLOAD_LIMIT_BYTES);
      return run(found, payload);
    },
    /** Accepts the event and runs the function by itself, again when it fails. The errors are those of `invoke`. */
    invokeLater(nameOrArn: string, payload: string): void {
      const found = find(nameOrArn);
      requireSize(payload, ASYNC_PAYLOAD_LIMIT_BYTES);
      runLater(found, payload).catch((error: unknown) => {
        if (!closing.signal.aborted) onFailure(`${found.spec.name} failed: ${error}`);
      });
    },
    /** From now on a function runs the bundle in this directory; what has begun ends as it began. */
    async replace(name: string, codePath: string): Promise<void> {
      const found = find(name);
      found.spec = { ...found.spec, codePath };
      await found.pool.renew();
    },
    /** Starts a process of the function before there is anything to do. */
    warm: (name: string): void => find(name).pool.warm(),
    environments: (name: string): readonly Environment[] => find(name).pool.environments,
    /** Ends the environments of a function, busy or not, as a crash would. */
    kill: (name: string): Promise<void> => find(name).pool.kill(),
    /** What the function has written, also what it wrote just before its last result. */
    async logs(name: string): Promise<string[]> {
      // The pipe and the socket of a function are read in no certain order: let both be read.
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      return logs.read(find(name).spec.name);
    },
    /** Resolves when nothing runs; what waits to be tried again is not waited for. */
    async settled(): Promise<void> {
      while (atWork.size > 0) await Promise.allSettled(atWork);
    },
    async close(): Promise<void> {
      closing.abort(new Error('the local stack is stopping'));
      await Promise.all([...running.values()].map(({ pool }) => pool.close()));
      await guardian.close();
    },
  };
}

function requireSize(payload: string, limitBytes: number): void {
  if (Buffer.byteLength(payload) > limitBytes) {
    throw new PayloadTooLarge(
      `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
    );
  }
}

function summary(payload: string): string {
  const { errorType, errorMessage } = JSON.parse(payload) as { errorType?: string; errorMessage?: string };
  return `${errorType}: ${errorMessage?.split('\n')[0]?.slice(0, 200)}`;
}
