import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FunctionSpec } from '../template/functions.ts';
import type { Guardian } from './guardian.ts';
import { environmentOf } from './variables.ts';

export interface RuntimeOptions {
  readonly spec: FunctionSpec;
  /** Variables beside the function's own: where AWS and Spotify are. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly guardian: Guardian;
  /** A line that the function has written. */
  onLine(line: string): void;
}

const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.cjs');

/** What Lambda leaves a function of its memory for the heap, about. */
const HEAP_SHARE = 0.9;

/** The process of an execution environment: the runtime with the function's bundle, environment and memory. */
export function spawnRuntime(
  { spec, endpoints, guardian, onLine }: RuntimeOptions,
  id: string,
  runtimeApiPort: number,
): ChildProcess {
  const logStream = `local/[$LATEST]${id.replaceAll('-', '')}`;
  const heapMb = Math.floor(spec.memoryMb * HEAP_SHARE);
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, BOOTSTRAP], {
    cwd: spec.codePath,
    env: environmentOf(spec, `127.0.0.1:${runtimeApiPort}`, endpoints, logStream),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C in the terminal ends the stack, which ends this.
    detached: true,
  });
  if (child.pid !== undefined) guardian.watch(child.pid);
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', onLine);
  return child;
}
