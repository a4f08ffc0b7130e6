import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../..');
const FREE_PORTS = { PORT: '0', SPOTIFY_PORT: '0', DYNAMODB_PORT: '0' };

/** `npm start` as a process of its own; on free ports, in memory and blind to edits unless told otherwise. */
export function startProcess({
  env = {},
  args = ['--memory', '--no-watch'],
}: {
  env?: Record<string, string>;
  args?: string[];
} = {}) {
  const child: ChildProcess = spawn(process.execPath, ['infra/local/start.ts', ...args], {
    cwd: REPOSITORY,
    env: { PATH: process.env.PATH, ...FREE_PORTS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  return {
    child,
    /** The exit status, and everything that it printed. */
    async ended() {
      const [status] = await exited;
      return { status, stdout, stderr };
    },
    /** The address of the API once it answers. @throws Error when it ends before */
    async ready(): Promise<string> {
      for (;;) {
        const url = /^API +(http:\S+)/m.exec(stdout)?.[1];
        if (url && /^Ready/m.test(stdout)) return url;
        const ended = await Promise.race([exited, once(child.stdout as NodeJS.EventEmitter, 'data')]);
        if (ended === (await Promise.race([exited, null]))) throw new Error(`it ended: ${stderr}`);
      }
    },
  };
}
