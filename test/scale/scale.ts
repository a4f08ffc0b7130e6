import type { DayResult } from './day.ts';

/** What docs/scale.json holds: the days as they were played, the smaller population first. */
export type Scale = { days: [DayResult, DayResult] };

/** One figure, for ten million users, beside what AWS allows. */
export interface Line {
  what: string;
  /** As counted on the two days. */
  counted: [number, number];
  /** For one and for ten million users. */
  at: [number, number];
  /** AWS's published limit; undefined: there is none. */
  limit?: number;
  /** Where the limit stands, or what is to be done. */
  note: string;
}

const MILLIONS = [1_000_000, 10_000_000] as const;

/** A figure that all users share grows with their number; a user's own does not. */
function line(
  { days }: Scale,
  what: string,
  of: (day: DayResult) => number,
  { limit, note, isOwn = false }: { limit?: number; note: string; isOwn?: boolean },
): Line {
  const [small, large] = days;
  const counted: [number, number] = [of(small), of(large)];
  const [one, ten] = MILLIONS.map((users) => counted[1] * (isOwn ? 1 : users / large.users));
  return { what, counted, at: [one as number, ten as number], note, ...(limit !== undefined && { limit }) };
}

const KEY = { read: 3_000, write: 1_000 };
const TABLE = 40_000;

/** Every figure that has a limit at AWS: none may come over half of it. */
export function limitedLines(scale: Scale): Line[] {
  const hottest = (kind: string, use: 'read' | 'write') => (day: DayResult) =>
    day.storage.hottest[kind]?.minute[use] ?? 0;
  const key = (what: string, kind: string, use: 'read' | 'write', note: string, isOwn = false) =>
    line(scale, what, hottest(kind, use), { limit: KEY[use], note, isOwn });
  const concurrency = (name: keyof DayResult['functions'], limit: number, note: string) =>
    line(scale, `${name}, instances at once`, ({ functions }) => functions[name].concurrency, {
      limit,
      note,
    });
  return [
    key('a list, reads/s of its key', 'lists', 'read', 'a user’s own', true),
    key('a list, writes/s of its key', 'lists', 'write', 'a user’s own', true),
    key('a lease, writes/s of its key', 'leases', 'write', 'a user’s own', true),
    key('connection, selection: reads/s of a key', 'accounts', 'read', 'a user’s own', true),
    key('a shard of the index, writes/s', 'index', 'write', 'one of 16 of an hour'),
    key('the bans, reads/s of the key', 'bans', 'read', 'once a second in each instance'),
    key('the bans, writes/s of the key', 'bans', 'write', 'one of all who meet a ban'),
    line(scale, 'tickets after a ban, writes/s of a key', ticketWrites, {
      limit: KEY.write,
      note: 'one of 16 of a second',
    }),
    line(scale, 'tables and index, reads/s', ({ storage }) => storage.read.minute, {
      limit: TABLE,
      note: 'a table, by default',
    }),
    line(scale, 'tables and index, writes/s', ({ storage }) => storage.write.minute, {
      limit: TABLE,
      note: 'a table, by default',
    }),
    line(scale, 'KMS, calls/s', ({ kms }) => kms.minute, { limit: 5_500, note: 'the smallest region' }),
    concurrency('get-artists', 3_000, '1,000 by default: ask for 3,000'),
    concurrency('toggle-artist', 3_000, 'of the same'),
  ];
}

/** In few items while few may begin; in sixteen at the scale that this is for. */
const SHARDS_AT_10_M = 16;
const ticketWrites = ({ storage }: DayResult) =>
  (storage.hottest.tickets?.second.write ?? 0) / SHARDS_AT_10_M;

/** Figures that AWS sets no limit to, or whose limit is ours. */
export function otherLines(scale: Scale): Line[] {
  const perSecond = (what: string, of: (day: DayResult) => number, note: string) =>
    line(scale, what, of, { note });
  return [
    perSecond(
      'requests/s',
      ({ requestRate }) => requestRate.minute,
      'the gateway lets 5,000 through, `infra/route-limits.ts`',
    ),
    perSecond('computations/s', ({ computed }) => computed.minute, 'in the busiest minute'),
    perSecond('calls of Spotify/s', ({ spotify }) => spotify.calls.minute, 'in the busiest minute'),
    perSecond(
      'calls of its Web API in 30 s',
      ({ spotify }) => spotify.mostIn30s,
      'the limit is an assumption: 150,000',
    ),
    perSecond(
      'refused by Spotify, a day',
      ({ spotify }) => spotify.refused,
      '429; each begins or meets a ban',
    ),
    perSecond(
      'turned away by the gateway, a day',
      ({ turnedAway }) => turnedAway,
      'after the outage, made again after 1–5 s',
    ),
    perSecond(
      'lists swept in the worst hour',
      ({ sweeps }) => sweeps.most,
      '32 deletes at once: some 300,000 in 280 s',
    ),
  ];
}

export const hitRate = ({ outcomes }: DayResult): number => outcomes.hit / totalOf(outcomes);
export const totalOf = (outcomes: DayResult['outcomes']): number =>
  Object.values(outcomes).reduce((sum, count) => sum + count, 0);

/** Minutes after the end of the outage from which on fewer than one answer in a hundred is not fresh. */
export function minutesToFresh({ series }: DayResult, outageEndHour: number): number {
  const first = outageEndHour * 12;
  const isWhole = (i: number) => (series.notFresh[i] ?? 0) < 0.01 * (series.requests[i] ?? 0);
  let i = first;
  while (i < first + 60 && !isWhole(i)) i += 1;
  return (i - first) * 5;
}
