import type { DayResult } from './day.ts';
import { DAY } from './population.ts';
import { type Cost, monthlyCost } from './prices.ts';
import { hitRate, type Line, limitedLines, minutesToFresh, otherLines, type Scale } from './scale.ts';

/** Between these lines of docs/deploy.md stands what `npm run scale` wrote. */
const BEGIN = '<!-- written by npm run scale -->';
const END = '<!-- end of what npm run scale wrote -->';

const MILLIONS = [1_000_000, 10_000_000];
const OUTAGE_END = DAY.outage.fromHour + DAY.outage.hours;

const number = (value: number) =>
  value.toLocaleString('en', { maximumFractionDigits: value < 1 ? 3 : value < 100 ? 1 : 0 });
const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
const clockTime = (ms: number) => new Date(ms).toISOString().slice(11, 16);
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');

/** What goes into docs/deploy.md. */
export function markdown(scale: Scale): string {
  return [assumptions(scale), limits(scale), others(scale), events(scale), costs(scale)].join('\n\n');
}

function assumptions({ days: [small, large] }: Scale): string {
  const { outage, ban, launch } = DAY;
  return `One day, played by the real code of \`shared/\` in simulated time, with ${number(small.users)} and ${number(large.users)} users (seed
${large.seed}); a figure for ten million is that of ${number(large.users)} times ${number(large.factor)}, where all users share what it counts. ${percent(DAY.shareThatComes)} of the users come, most
of them once, in three time zones, and read ${DAY.pagesPerSession} pages a session; in ${percent(DAY.shareWithToggles)} of the sessions they select
artists. From ${outage.fromHour}:00 to ${OUTAGE_END}:00 UTC Spotify answers 503; then ${percent(outage.shareThatReturns)} of all users come back within ${outage.returnMinutes} minutes. At ${ban.atHour}:00 it
bans the application for ${ban.seconds / 60} minutes. At ${launch.atHour}:00 a launch brings ${percent(launch.share)} of all users within ${launch.minutes} minutes. Spotify's limit is not
published: ${number(150_000)} calls in 30 s are assumed, which is what must be agreed with it. Left out: connecting, syncs, profiles, throttling by AWS.`;
}

const head = (scale: Scale) => scale.days.map(({ users }) => `${number(users)} users`);

function limits(scale: Scale): string {
  return table(
    ['In the busiest minute', ...head(scale), '1 M', '10 M', 'AWS allows', 'of it', ''],
    limitedLines(scale).map((line) => [
      line.what,
      ...figuresOf(line),
      number(line.limit as number),
      percent(line.at[1] / (line.limit as number)),
      line.note,
    ]),
  );
}

const figuresOf = ({ counted, at }: Line) => [...counted, ...at].map(number);

function others(scale: Scale): string {
  return table(
    ['Without a limit of AWS', ...head(scale), '1 M', '10 M', ''],
    otherLines(scale).map((line) => [line.what, ...figuresOf(line), line.note]),
  );
}

const bansOf = ({ bans }: DayResult): string => {
  const told = bans.slice(0, 5).map(({ atMs, seconds }) => `${clockTime(atMs)} (${seconds} s)`);
  return `${bans.length}: ${told.join(', ')}`;
};

function events({ days }: Scale): string {
  const bans = days.map(bansOf);
  return table(
    ['The day', ...days.map(({ users }) => `${number(users)} users`)],
    [
      ['hits', ...days.map((day) => percent(hitRate(day)))],
      [
        'stale copies, errors',
        ...days.map((day) => `${percentOf(day, 'stale')}, ${percentOf(day, 'error')}`),
      ],
      ['bans by Spotify', ...bans],
      [
        `minutes after ${OUTAGE_END}:00 until 99 % are fresh`,
        ...days.map((day) => String(minutesToFresh(day, OUTAGE_END))),
      ],
      [
        'handed to refresh-artists',
        ...days.map((day) => number(day.functions['refresh-artists'].invocations)),
      ],
    ],
  );
}

const percentOf = (day: DayResult, outcome: keyof DayResult['outcomes']) =>
  percent(day.outcomes[outcome] / Object.values(day.outcomes).reduce((sum, count) => sum + count, 0));

const COST_NAMES: Record<keyof Cost, string> = {
  gateway: 'HTTP API',
  lambda: 'Lambda',
  dynamodb: 'DynamoDB',
  kms: 'KMS',
  logsAndTransfer: 'logs, transfer',
  storage: 'storage',
  fixed: 'fixed',
  total: '**all**',
};

function costs({ days: [, large] }: Scale): string {
  const names = Object.keys(COST_NAMES) as (keyof Cost)[];
  const rows = [1_000, ...MILLIONS].map((users) => {
    const cost = monthlyCost(large, users);
    return [number(users), ...names.map((name) => Math.round(cost[name]).toLocaleString('en'))];
  });
  return table(['$ a month, thirty such days', ...names.map((name) => COST_NAMES[name])], rows);
}

/** The page with the report in its place. */
export function withReport(page: string, scale: Scale): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error('docs/deploy.md has no place for the report');
  return `${before}${BEGIN}\n${markdown(scale)}\n${END}${after}`;
}
