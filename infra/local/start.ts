import { inspectPorts } from './live/inspect-ports.ts';
import { startLive } from './live/live.ts';
import { readOptions } from './options.ts';
import { StartProblem } from './problem.ts';
import { HELP, readSettings } from './settings.ts';
import { type LocalStack, startLocalStack } from './stack.ts';
import { createTerminal, welcome } from './terminal.ts';

/**
 * Ctrl-C reaches this process twice under npm, once from the terminal and once from npm: what comes so soon after the
 * first is the same wish, and not impatience.
 */
const SAME_WISH_MS = 1000;

/**
 * AWS freezes an environment with its last reply, and what it counted is told at its next request. Who looks at the
 * numbers on one machine makes no next request: it is left running long enough to tell.
 */
const FREEZE_AFTER_MS = 5000;

/** How often to look whether npm still runs. */
const PARENT_CHECK_MS = 500;

/** npm that is killed takes nothing with it: this process has to notice by itself that it has another parent. */
function onOrphaned(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_MS).unref();
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) return console.log(HELP);
  const settings = { ...readSettings(process.env), memory: options.memory };
  const terminal = createTerminal(options);
  // What is written holds the lists and tokens of users: no other user of this machine reads it.
  process.umask(0o077);
  const starting = new AbortController();
  let stack: LocalStack | undefined;
  let live: Awaited<ReturnType<typeof startLive>> | undefined;
  let stoppingSinceMs: number | undefined;

  const stop = async () => {
    const nowMs = performance.now();
    if (stoppingSinceMs !== undefined) {
      if (nowMs - stoppingSinceMs > SAME_WISH_MS) process.exit(1);
      return;
    }
    stoppingSinceMs = nowMs;
    starting.abort(new StartProblem('stopped'));
    if (!stack) return;
    console.log('stopping');
    await live?.close();
    await stack.close();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  onOrphaned(stop);

  const startedAtMs = Date.now();
  const ports = await inspectPorts(options.inspect);
  try {
    stack = await startLocalStack({
      ...settings,
      ...terminal.listeners,
      inspectPorts: ports,
      record: true,
      freezeAfterMs: FREEZE_AFTER_MS,
      throttled: options.throttled,
      signal: starting.signal,
    });
  } catch (error) {
    if (starting.signal.aborted) process.exit(0);
    throw error;
  }
  console.log(welcome(stack, { settings, ports, ms: Date.now() - startedAtMs }));
  if (!options.watch && options.inspect.length === 0) return;
  live = await startLive({
    stack,
    startedAtMs,
    inspected: options.inspect,
    isWatching: options.watch,
    say: (text) => terminal.say('Live', text),
    complain: (text) => terminal.complain('Live', text),
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof StartProblem ? error.message : error);
  process.exit(error instanceof StartProblem ? error.status : 1);
});
