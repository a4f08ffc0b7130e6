import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const TELL = `
  import { createVitest } from 'vitest/node';
  const vitest = await createVitest('test', { watch: false });
  console.log(JSON.stringify(Object.fromEntries(vitest.projects.map(({ name, config }) => [name, config.maxWorkers]))));
  await vitest.close();`;

test('however many workers are asked for, the files that share one stack run one after the other', () => {
  const cwd = new URL('../..', import.meta.url);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, VITEST_MAX_WORKERS: '3' };
  const args = ['--input-type=module', '-e', TELL];
  const told = execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  const workers = JSON.parse(told.trim().split('\n').at(-1) ?? '');
  expect(workers).toEqual({ unit: 3, 'own-stack': 3, integration: 1, e2e: 1 });
});
