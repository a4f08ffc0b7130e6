import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Guardian {
  watch(pid: number): void;
  forget(pid: number): void;
  close(): Promise<void>;
}

/** Each line is the whole list of processes to end; the end of the input is the end of this process. */
const SCRIPT = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids 2>/dev/null';

/**
 * Ends the execution environments when this process dies without being able to, killed for instance. They cannot see
 * to that themselves: between invocations they are frozen, and a handler may loop for ever.
 */
export function createGuardian(): Guardian {
  // A session of its own: Ctrl-C in the terminal must not reach it.
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  const exited = once(shell, 'exit');
  shell.stdin.on('error', () => undefined);
  const pids = new Set<number>();
  const tell = () => shell.stdin.write(`${[...pids].join(' ')}\n`);
  return {
    watch(pid) {
      pids.add(pid);
      tell();
    },
    forget(pid) {
      pids.delete(pid);
      tell();
    },
    async close() {
      shell.stdin.end();
      await exited;
    },
  };
}
