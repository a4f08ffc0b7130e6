import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { descendants, isRunning, parsePs, stateOf } from './processes.ts';

it('reads what ps prints, that of macOS too', () => {
  expect(parsePs('    1     0 Ss\n  501   1 T\n 70211   501 Z+\n')).toEqual([
    { pid: 1, parent: 0, state: 'S' },
    { pid: 501, parent: 1, state: 'T' },
    { pid: 70211, parent: 501, state: 'Z' },
  ]);
});

it('knows a process of ours, what it does and that it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  expect(descendants(process.pid)).toContain(pid);

  child.kill('SIGSTOP');
  await expect.poll(() => stateOf(pid)).toBe('T');

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isRunning(pid)).toBe(false);
});
