import { StartProblem } from './problem.ts';
import { HELP, readSettings } from './settings.ts';
import { type LocalStack, startLocalStack } from './stack.ts';
import { tour } from './tour.ts';

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
  if (args.includes('--help')) return console.log(HELP);
  const settings = readSettings(process.env, args);
  const starting = new AbortController();
  let stack: LocalStack | undefined;
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
    await stack.close();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  onOrphaned(stop);

  const startedAtMs = performance.now();
  try {
    stack = await startLocalStack({
      ...settings,
      freezeAfterMs: FREEZE_AFTER_MS,
      signal: starting.signal,
      onPart: (part, detail, ms) => console.log(`${part.padEnd(9)} ${detail}  (${Math.round(ms)} ms)`),
      onFailure: (message) => console.error(message),
    });
  } catch (error) {
    if (starting.signal.aborted) process.exit(0);
    throw error;
  }
  const { apiUrl, spotifyUrl, logDirectory } = stack;
  console.log(`Logs      ${logDirectory}`);
  console.log(`Ready in ${Math.round(performance.now() - startedAtMs)} ms. See it work: ${apiUrl}/\n`);
  console.log('Or a tour, to paste into a shell:\n');
  console.log(`${tour(apiUrl, spotifyUrl !== undefined)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof StartProblem ? error.message : error);
  process.exit(1);
});
