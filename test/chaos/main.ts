import { parseArgs } from 'node:util';
import { tableOf, violationsOf } from './report.ts';
import { runChaos } from './run-chaos.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    seconds: { type: 'string', default: '100' },
    people: { type: 'string', default: '10' },
  },
});
const [seed, seconds, people] = [values.seed, values.seconds, values.people].map(Number) as [
  number,
  number,
  number,
];
const again = `npm run chaos -- --seed ${seed} --seconds ${seconds} --people ${people}`;
say(`chaos: ${people} people for ${seconds} s. Again: ${again}`);
const chronicle = await runChaos({ seed, seconds, people, say });
for (const line of [...violationsOf(chronicle), '', ...tableOf(chronicle)]) say(line);
const broken = chronicle.violations.length > 0;
say(broken ? `\nBroken. Again: ${again}` : `\nNothing that must never be was seen. Seed ${seed}.`);
process.exitCode = broken ? 1 : 0;
