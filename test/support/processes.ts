import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** One letter, as `ps` has it: R runs, S sleeps, T is stopped, Z has ended and was not yet waited for. */
  readonly state: string;
}

/** Every process: as Linux tells of them in /proc, elsewhere as `ps` of POSIX does. */
function processes(): ProcessRow[] {
  return fromProc() ?? parsePs(execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' }));
}

function fromProc(): ProcessRow[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(rowOf);
  } catch {
    return undefined;
  }
}

/** Nothing for a process that ended meanwhile. */
function rowOf(name: string): ProcessRow[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // After the name of the program, which may hold anything.
    const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(name), parent: Number(parent), state }];
  } catch {
    return [];
  }
}

/** What `ps -A -o pid=,ppid=,state=` prints; macOS puts more letters behind the state. */
export function parsePs(text: string): ProcessRow[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+([A-Z])/gm)].map(([, pid, parent, state = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    state,
  }));
}

/** The processes below a process, its children's children too. */
export function descendants(pid: number): number[] {
  const rows = processes();
  const below = (parent: number): number[] =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row.pid, ...below(row.pid)]);
  return below(pid);
}

/** The letter of a process; undefined when there is none. */
export function stateOf(pid: number | undefined): string | undefined {
  return processes().find((row) => row.pid === pid)?.state;
}

/** What has ended and was not yet waited for does not run any more. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== 'Z';
}
