import type { Random } from '../support/random.ts';

/** What a user of the app does next. */
export type Step =
  | { kind: 'read'; page: number }
  /** Comes back to the list, which asks whether it is still as it was. */
  | { kind: 'look again'; page: 0 }
  | { kind: 'toggle' }
  | { kind: 'hours pass'; hours: number };

/** The stand-in's ordinary account: 137 artists. */
const PAGES = 14;
/** How far down one goes, on average; to the end at most. */
const MEAN_PAGES = 8;

/**
 * A day of one user:
 * - three times of day (on the way out, at noon, in the evening), 3.5 to 5.5 hours apart: the list is old each time;
 * - two to four sessions in each, 10 to 35 minutes apart;
 * - a session opens at the first page and scrolls down; two to four times one looks at an artist and comes back;
 * - on one day in three an artist is selected or deselected, and a session follows, whose first read computes.
 */
export function aDay(random: Random): Step[] {
  const steps: Step[] = [];
  const toggleAt = random.chance(1 / 3) ? random.below(3) : undefined;
  for (let timeOfDay = 0; timeOfDay < 3; timeOfDay++) {
    if (timeOfDay > 0) steps.push({ kind: 'hours pass', hours: random.between(3.5, 5.5) });
    const sessions = 2 + random.below(3);
    for (let session = 0; session < sessions; session++) {
      if (session > 0) steps.push({ kind: 'hours pass', hours: random.between(10, 35) / 60 });
      steps.push(...aSession(random));
    }
    if (timeOfDay === toggleAt) steps.push({ kind: 'toggle' }, ...aSession(random));
  }
  return steps;
}

function aSession(random: Random): Step[] {
  const last = Math.min(PAGES - 1, Math.floor(-MEAN_PAGES * Math.log(1 - random.next())));
  const scrolls = Array.from({ length: last + 1 }, (_, page): Step => ({ kind: 'read', page }));
  const returns = Array.from({ length: 2 + random.below(3) }, (): Step => ({ kind: 'look again', page: 0 }));
  return [...scrolls, ...returns];
}
