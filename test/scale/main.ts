/**
 * Plays a day of the service at scale. `npm run scale`: the two populations that docs/scale.json is about, written to
 * docs/. `npm run scale -- --users 100000`: another one, which is only printed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { chart } from './chart.ts';
import type { DayResult } from './day.ts';
import { markdown, withReport } from './report.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const SMALL = 10_000;
const LARGE = 30_000;

/** A request leaves nothing behind: with room for many of them at once, little is looked at twice. */
const YOUNG_MB = 128;

const startedAtMs = performance.now();
function progress(text: string): void {
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`);
}

function play(users: number, seed: number): Promise<DayResult> {
  progress(`a day of ${users.toLocaleString('en')} users`);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { users, seed },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.once('message', (day: DayResult) => {
      progress(`${users.toLocaleString('en')} users: the day is over`);
      resolve(day);
    });
    worker.once('error', reject);
  });
}

const options = { users: { type: 'string' }, seed: { type: 'string', default: '1' } } as const;
const { values } = parseArgs({ options });
const large = values.users === undefined ? LARGE : Number(values.users);
const seed = Number(values.seed);
const scale = { days: await Promise.all([play(SMALL, seed), play(large, seed)]) };
process.stdout.write(`\n${markdown(scale)}\n`);
if (large === LARGE && seed === 1) {
  const page = join(DOCS, 'deploy.md');
  writeFileSync(join(DOCS, 'scale.json'), `${JSON.stringify(rounded(scale), undefined, 1)}\n`);
  writeFileSync(join(DOCS, 'scale.svg'), chart(rounded(scale)));
  writeFileSync(page, withReport(readFileSync(page, 'utf8'), rounded(scale)));
  progress('written: docs/scale.json, docs/scale.svg, docs/deploy.md');
}
const { user, system } = process.cpuUsage();
progress(`${Math.round((user + system) / 1e6)} s of processor time`);

/** To four digits behind the point. */
function rounded<T>(value: T): T {
  const text = JSON.stringify(value, (_, part) =>
    typeof part === 'number' ? Math.round(part * 1e4) / 1e4 : part,
  );
  return JSON.parse(text);
}
