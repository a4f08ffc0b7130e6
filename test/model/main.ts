import { explore } from './explore.ts';

const schedules = Number(process.env.SCHEDULES ?? 100_000);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const startMs = performance.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = () => (performance.now() - startMs) / 1000;

say(`${schedules} schedules, SEED=${seed}`);
const tally = await explore({
  schedules,
  seed,
  path: process.env.SEED_PATH,
  onSchedule: (done) => {
    if (done % 5_000 === 0) say(`${done} schedules, ${Math.round(done / seconds())} a second`);
  },
});
for (const [what, times] of [...tally].sort()) say(`${String(times).padStart(9)}  ${what}`);
say(`${schedules} schedules kept every invariant, SEED=${seed}, ${Math.round(seconds())} s`);
