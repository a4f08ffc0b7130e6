import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CacheEvent } from '../../../shared/cache/events.ts';
import { createReadStatistics } from '../../../shared/statistics/read-statistics.ts';
import { statsView } from '../../../shared/statistics/stats-view.ts';
import { type HourTotals, parseTotals, totalsItem } from '../../../shared/statistics/totals.ts';
import { aClock } from '../../support/a-clock.ts';
import { anEnvironment, HOUR, WINDOWS } from '../../support/a-recorder.ts';

type OutcomeName = 'hits' | 'misses' | 'stale' | 'fallback_revoked' | 'errors';
const OUTCOMES: Record<OutcomeName, CacheEvent> = {
  hits: { name: 'hit' },
  misses: { name: 'miss' },
  stale: { name: 'stale', cause: 'SPOTIFY_UNAVAILABLE' },
  fallback_revoked: { name: 'fallback-revoked' },
  errors: { name: 'error', code: 'SPOTIFY_UNAVAILABLE' },
};
const NAMES = Object.keys(OUTCOMES) as OutcomeName[];

const who = fc.nat(2);
const outcome = fc.constantFrom(...NAMES);
/** What becomes of a write; `late`: it takes effect after those that follow it. */
const fate = fc.constantFrom('pass', 'lost', 'lost-reply', 'late');

/** What can happen to a fleet of three environments. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('request'), who, outcome, fate }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('write'), who, fate }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('crash'), who }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wait'), ms: fc.nat(40 * 60_000) }) },
);
type Step = { act: string; who?: number; outcome?: OutcomeName; fate?: string; ms?: number };

/** The statistics table, as far as the condition of a write goes. */
function aTable() {
  const items = new Map<string, ReturnType<typeof totalsItem>>();
  const late: ReturnType<typeof totalsItem>[] = [];
  let fate = 'pass';
  const put = (item: ReturnType<typeof totalsItem>) => {
    const key = `${item.pk} ${item.sk}`;
    if ((items.get(key)?.seq ?? -1) < item.seq) items.set(key, item);
  };
  return {
    meets(next: string) {
      fate = next;
    },
    async write(environment: string, seq: number, totals: HourTotals) {
      const item = totalsItem(environment, seq, totals);
      if (fate === 'late') late.push(item);
      if (fate === 'pass' || fate === 'lost-reply') put(item);
      if (fate !== 'pass') throw new Error('no reply');
    },
    arrive: () => late.splice(0).forEach(put),
    read: async (hour: string) =>
      [...items.values()].filter(({ pk }) => pk === hour).flatMap((item) => parseTotals(item) ?? []),
  };
}

async function run(steps: readonly Step[]) {
  const clock = aClock();
  const table = aTable();
  const fleet = [0, 1, 2].map((who) => ({
    ...anEnvironment(table, clock),
    who,
    unwritten: [] as OutcomeName[],
  }));
  const asked: OutcomeName[] = [];
  const lost: OutcomeName[] = [];
  for (const { act, who = 0, outcome = 'hits', fate = 'pass', ms = 0 } of steps) {
    const environment = fleet[who] as (typeof fleet)[number];
    if (act === 'wait') clock.advance(ms);
    if (act === 'request') {
      asked.push(outcome);
      environment.unwritten.push(outcome);
      table.meets(fate);
      environment.record([OUTCOMES[outcome]]);
      await new Promise(setImmediate);
      if (fate === 'pass') environment.unwritten = [];
    }
    if (act === 'write') {
      table.meets(fate);
      await environment.writeAll().then(
        () => {
          environment.unwritten = [];
        },
        () => undefined,
      );
    }
    if (act === 'crash') {
      lost.push(...environment.unwritten);
      fleet[who] = { ...anEnvironment(table, clock), who, unwritten: [] };
    }
  }
  table.meets('pass');
  for (const { writeAll } of fleet) await writeAll();
  table.arrive();
  const statistics = { totals: table, snapshots: { read: async () => undefined }, windows: WINDOWS };
  const read = createReadStatistics(statistics);
  return { asked, lost, view: statsView(await read('7d', clock.nowMs()), 'en'), elapsedMs: clock.nowMs() };
}

const tally = (names: readonly OutcomeName[], name: OutcomeName) =>
  names.filter((other) => other === name).length;

it('every request is one outcome, whatever is lost, repeated or late; only a crash takes what was not written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { asked, lost, view } = await run(steps as Step[]);
      expect(NAMES.reduce((sum, name) => sum + view[name], 0)).toBe(view.requests);
      expect(view.requests).toBeLessThanOrEqual(asked.length);
      expect(view.requests).toBeGreaterThanOrEqual(asked.length - lost.length);
      for (const name of NAMES) {
        expect(view[name]).toBeLessThanOrEqual(tally(asked, name));
        expect(view[name]).toBeGreaterThanOrEqual(tally(asked, name) - tally(lost, name));
      }
      const rates = view.hit_rate + view.miss_rate + view.stale_rate + view.error_rate;
      expect(rates).toBeCloseTo(view.requests === 0 ? 0 : 1, 10);
    }),
    { numRuns: 300 },
  );
});

it('a week of the test is longer than any run of it', async () => {
  // Else a request could fall out of the window and the property would blame the totals.
  const longest = Array.from({ length: 60 }, () => ({ act: 'wait', ms: 40 * 60_000 }));
  const { elapsedMs } = await run(longest);
  expect(elapsedMs - aClock().nowMs()).toBeLessThan(7 * 24 * HOUR);
});
