import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chart } from './chart.ts';
import { type DayResult, playDay } from './day.ts';
import { DAY } from './population.ts';
import { withReport } from './report.ts';
import { limitedLines, minutesToFresh, type Scale, totalOf } from './scale.ts';

const docs = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const scale: Scale = JSON.parse(docs('scale.json'));
const OUTAGE_END = DAY.outage.fromHour + DAY.outage.hours;
const hourOf = (atMs: number) => (atMs - DAY.startMs) / 3_600_000;

describe('what docs/ says of ten million users', () => {
  test('is what docs/scale.json holds', () => {
    const page = docs('deploy.md');
    expect(withReport(page, scale)).toBe(page);
    expect(chart(scale)).toBe(docs('scale.svg'));
  });

  test.each(limitedLines(scale))('$what: under half of what AWS allows', ({ at, limit = 0 }) => {
    expect(at[1]).toBeLessThanOrEqual(limit / 2);
  });

  test('is linear where nothing is the matter: in the quiet hours requests grow with the users', () => {
    const quiet = ({ series }: DayResult) =>
      [...series.requests.slice(0, 6 * 12), ...series.requests.slice(11.5 * 12, 15 * 12)].reduce(
        (sum, requests) => sum + requests,
        0,
      );
    const [small, large] = scale.days;
    const perUser = (day: DayResult) => quiet(day) / day.users;
    expect(Math.abs(perUser(large) / perUser(small) - 1)).toBeLessThan(0.1);
  });
});

describe('the end of an outage', () => {
  test.each(scale.days)(
    'brings one ban at the most, of $users users, and no other of our own doing',
    ({ bans }) => {
      const ours = bans.filter(({ atMs }) => Math.abs(hourOf(atMs) - DAY.ban.atHour) > 0.1);
      expect(ours.length).toBeLessThanOrEqual(1);
      for (const { atMs } of ours) expect(Math.abs(hourOf(atMs) - OUTAGE_END)).toBeLessThan(0.1);
    },
  );

  test.each(scale.days)('is over for 99 of 100 of $users users within an hour', (day) => {
    expect(minutesToFresh(day, OUTAGE_END)).toBeLessThanOrEqual(60);
  });
});

test('a simulated day has an end, and the same seed makes the same day', { timeout: 120_000 }, async () => {
  const [first, second] = [await playDay({ users: 100, seed: 7 }), await playDay({ users: 100, seed: 7 })];
  expect(second).toEqual(first);
  expect(totalOf(first.outcomes)).toBeGreaterThan(100);
  expect(first.outcomes.hit).toBeGreaterThan(first.outcomes.miss);
});
