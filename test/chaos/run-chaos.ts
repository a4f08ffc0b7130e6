import { createRandom } from '../support/random.ts';
import { type Chronicle, createChronicle } from './chronicle.ts';
import { live, recover } from './life.ts';
import { startWorld } from './start-world.ts';
import { calmDown, makeTrouble } from './troubles.ts';

export interface ChaosOptions {
  /** Decides who does what in which order, and what goes wrong; when that happens, the machine decides too. */
  readonly seed: number;
  readonly seconds: number;
  readonly people: number;
  say(line: string): void;
}

const PROGRESS_MS = 10_000;

/** A whole run on a stack of its own: people, troubles, and in the end calm. What was seen is in the result. */
export async function runChaos({ seed, seconds, people: count, say }: ChaosOptions): Promise<Chronicle> {
  const random = createRandom(seed);
  const chronicle = createChronicle(Date.now());
  await using parts = new AsyncDisposableStack();
  const { stack, world, addPerson } = await startWorld(random, chronicle, parts);
  const names = Array.from({ length: count }, (_, n) => `person-${n + 1}`);
  const people = [];
  // One after the other, so that the seed gives each the same accounts in every run.
  for (const name of names) people.push(await addPerson(name));

  const untilMs = Date.now() + seconds * 1000;
  const progress = setInterval(() => say(progressOf(chronicle, untilMs)), PROGRESS_MS);
  parts.defer(() => clearInterval(progress));
  const cast = { world, stack, people };
  const lives = people.map((person) => ({ person, chance: random.fork() }));
  await Promise.all([
    makeTrouble(cast, random.fork(), untilMs),
    ...lives.map(({ person, chance }) => live(world, person, chance, untilMs)),
  ]);
  await calmDown(cast);
  say('calm: everybody recovers');
  await Promise.all(lives.map(({ person, chance }) => recover(world, person, chance)));
  return chronicle;
}

function progressOf({ counted, violations }: Chronicle, untilMs: number): string {
  const left = Math.max(0, Math.round((untilMs - Date.now()) / 1000));
  return `${left} s left: ${counted('requests')} requests, ${violations.length} violations`;
}
