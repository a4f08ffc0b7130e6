import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { namedEndpoints } from '../record/environment-path.ts';
import type { Witness } from '../record/request-record.ts';
import type { FunctionSpec } from '../template/functions.ts';
import type { Guardian } from './guardian.ts';
import { environmentOf } from './variables.ts';

export interface RuntimeOptions {
  readonly spec: FunctionSpec;
  /** Variables beside the function's own: where AWS and Spotify are. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly sessionToken: string;
  readonly guardian: Guardian;
  /** Where a debugger finds the process. */
  readonly inspectPort?: number | undefined;
  /** Told of what the process calls, and of whose work that is. */
  readonly witness?: Witness | undefined;
  /** A line that the function has written. */
  onLine(line: string): void;
}

const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.cjs');
const WITNESS = join(import.meta.dirname, 'witness.cjs');

/** What Lambda leaves a function of its memory for the heap, about. */
const HEAP_SHARE = 0.9;

/**
 * The process of an execution environment: the runtime with the function's bundle, environment and memory.
 *
 * @param runtimeApi `host:port/path`
 */
export function spawnRuntime(
  { spec, endpoints, sessionToken, guardian, inspectPort, witness, onLine }: RuntimeOptions,
  id: string,
  runtimeApi: string,
): ChildProcess {
  const logStream = `local/[$LATEST]${id.replaceAll('-', '')}`;
  const heapMb = Math.floor(spec.memoryMb * HEAP_SHARE);
  const inspect = inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectPort}`];
  const watched = witness ? [`--require=${WITNESS}`] : [];
  const where = witness ? namedEndpoints(endpoints, id) : endpoints;
  const options = [`--max-old-space-size=${heapMb}`, ...inspect, ...watched];
  const child = spawn(process.execPath, [...options, BOOTSTRAP], {
    cwd: spec.codePath,
    env: environmentOf(spec, { runtimeApi, endpoints: where, sessionToken, logStream }),
    stdio: ['ignore', 'pipe', 'pipe', witness ? 'pipe' : 'ignore'],
    // A session of its own: Ctrl-C in the terminal ends the stack, which ends this.
    detached: true,
  });
  if (child.pid !== undefined) guardian.watch(child.pid);
  for (const output of [child.stdout, child.stderr]) if (output) createInterface(output).on('line', onLine);
  const [, , , calls] = child.stdio;
  if (witness && calls instanceof Readable) {
    createInterface(calls).on('line', (line) => witness.called(id, JSON.parse(line)));
  }
  return child;
}
