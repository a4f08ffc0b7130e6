/**
 * Drives a running local stack as a day of the app does: `npm run load`. Takes the stack at API_URL, or the one that
 * `npm start` has at its usual address, or else starts one for itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../support/random.ts';
import { type AppUser, anAppUser } from './app-user.ts';
import { quantile } from './blocks.ts';
import { processorSecondsOf, startStack } from './stack-process.ts';
import { aDay, type Step } from './trace.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '30' },
    'at-once': { type: 'string', default: '4' },
    seed: { type: 'string', default: '20261122' },
  },
});

interface Seen {
  /** From the header `cache-status`: what the request came down to. */
  outcome: 'hit' | 'miss' | 'stale' | 'error';
  ms: number;
  status: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Takes the steps of one user's day, and tells what became of each read. */
async function live(user: AppUser, steps: readonly Step[], seen: Seen[]): Promise<void> {
  let etag = '';
  let artistId = '';
  for (const step of steps) {
    if (step.kind === 'hours pass') await user.age(Math.round(step.hours * 3600));
    else if (step.kind === 'toggle') await user.toggle(artistId);
    else {
      const startedAtMs = performance.now();
      const reply = await user.artists(
        step.page,
        step.kind === 'look again' ? { 'if-none-match': etag } : {},
      );
      seen.push({
        outcome: outcomeOf(reply.headers),
        ms: performance.now() - startedAtMs,
        status: reply.status,
      });
      if (step.page === 0) etag = reply.headers.get('etag') ?? etag;
      artistId = reply.body?.data?.artists[0]?.id ?? artistId;
    }
  }
}

function outcomeOf(headers: Headers): Seen['outcome'] {
  const status = headers.get('cache-status') ?? '';
  if (status.includes('fwd=')) return 'miss';
  if (status.includes('detail=')) return 'stale';
  return status.includes('hit') ? 'hit' : 'error';
}

function report(seen: readonly Seen[], seconds: number, cpuSeconds: number | undefined): void {
  const share = (outcome: Seen['outcome']) =>
    seen.filter((one) => one.outcome === outcome).length / seen.length;
  const latencies = (outcome: Seen['outcome']) => {
    const ms = seen.filter((one) => one.outcome === outcome).map((one) => one.ms);
    return [0.5, 0.95, 0.99].map((part) => `${quantile(ms, part).toFixed(0)} ms`).join(' / ');
  };
  const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
  const unchanged = seen.filter(({ status }) => status === 304).length;
  say(`
reads            ${seen.length} in ${seconds.toFixed(0)} s, ${unchanged} of them answered 304
hit rate         ${percent(share('hit'))}   (miss ${percent(share('miss'))}, old copy ${percent(share('stale'))}, error ${percent(share('error'))})
hits             ${latencies('hit')}   (p50 / p95 / p99)
misses           ${latencies('miss')}
throughput       ${(seen.length / seconds).toFixed(0)} reads a second
processor        ${cpuSeconds === undefined ? 'not known' : `${(seen.length / cpuSeconds).toFixed(0)} reads per second of it, the whole stack counted`}
`);
  if (share('hit') > 0.95) return;
  say('The hit rate is not above 95 %.');
  process.exitCode = 1;
}

const stack = await startStack(say);
try {
  const random = createRandom(Number(values.seed));
  say(`connecting ${values.users} users`);
  const days: { user: AppUser; steps: Step[] }[] = [];
  for (let i = 0; i < Number(values.users); i++) {
    const user = await anAppUser(stack);
    await user.connect();
    days.push({ user, steps: aDay(random) });
  }
  const seen: Seen[] = [];
  const before = processorSecondsOf(stack.pid);
  const startedAtMs = performance.now();
  const left = [...days];
  const worker = async () => {
    for (let day = left.pop(); day; day = left.pop()) await live(day.user, day.steps, seen);
  };
  const workers = Promise.all(Array.from({ length: Number(values['at-once']) }, worker));
  const ended = workers.then(() => true);
  while (!(await Promise.race([ended, delay(2_000, false)]))) {
    say(`${days.length - left.length} of ${days.length} days begun, ${seen.length} reads`);
  }
  const after = processorSecondsOf(stack.pid);
  const cpuSeconds = before === undefined || after === undefined ? undefined : after - before;
  report(seen, (performance.now() - startedAtMs) / 1000, cpuSeconds);
} finally {
  await stack.close();
}
