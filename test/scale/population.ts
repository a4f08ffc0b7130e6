import { createRandom, type Random } from '../support/random.ts';

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** The day that is played, by what it is assumed of people. Everything else follows from the code. */
export const DAY = {
  startMs: Date.parse('2026-11-22T00:00:00.000Z'),
  /** Of all users, those who come on a day. */
  shareThatComes: 0.3,
  /** How often, by weight. */
  sessions: { one: 70, two: 25, three: 5 },
  /** Requests for pages in a session; a page is read or scrolled past in so many seconds. */
  pagesPerSession: 20,
  secondsPerPage: 12,
  /** Of all sessions, those in which artists are selected, one to three. */
  shareWithToggles: 0.06,
  /** Where people live: hours from UTC, by weight. */
  timeZones: { '-5': 30, '1': 55, '8': 15 },
  /** How likely an hour of the day is to begin a session, by local time from midnight. */
  hours: [2, 1, 1, 1, 1, 2, 4, 7, 8, 7, 6, 7, 9, 8, 7, 7, 8, 10, 12, 14, 14, 12, 8, 4],
  /** Spotify answers 503 to everything; at the end so many of all users come back, within ten minutes. */
  outage: { fromHour: 6, hours: 4, shareThatReturns: 0.05, returnMinutes: 10 },
  /** Spotify answers everything with 429 and these seconds, once. */
  ban: { atHour: 15, seconds: 900 },
  /** So many of all users hear of the app and open it for the first time that day, within half an hour. */
  launch: { atHour: 19, share: 0.03, minutes: 30 },
} as const;

export interface Session {
  user: number;
  startMs: number;
}

/**
 * The sessions of one day, by when they begin; the same seed gives the same day. Each moment has its share of them,
 * evenly: among ten million chance evens out, among ten thousand it would make peaks of its own.
 */
export function sessionsOf(users: number, seed: number): Session[] {
  const random = createRandom(seed);
  const everyone = random.shuffled(Array.from({ length: users }, (_, user) => user));
  const some = (share: number) => random.shuffled(everyone).slice(0, Math.round(users * share));
  const ordinary = some(DAY.shareThatComes).flatMap((user) =>
    Array.from({ length: TIMES[random.weighted(DAY.sessions)] }, () => user),
  );
  const { outage, launch } = DAY;
  const returning = some(outage.shareThatReturns);
  const launching = some(launch.share);
  const timeOf = timesOfDay();
  return [
    ...random.shuffled(ordinary).map((user, i, all) => ({ user, startMs: timeOf((i + 0.5) / all.length) })),
    ...evenly(returning, outage.fromHour + outage.hours, outage.returnMinutes),
    ...evenly(launching, launch.atHour, launch.minutes),
  ].sort((a, b) => a.startMs - b.startMs);
}

const TIMES = { one: 1, two: 2, three: 3 } as const;

const evenly = (users: readonly number[], hour: number, minutes: number): Session[] =>
  users.map((user, i) => {
    const sinceMs = ((i + 0.5) / users.length) * minutes * MINUTE_MS;
    return { user, startMs: DAY.startMs + Math.floor(hour * HOUR_MS + sinceMs) };
  });

/** The time by which a part of the day's sessions, 0 to 1, has begun, over all time zones. */
function timesOfDay(): (part: number) => number {
  const byHour = Array.from({ length: 24 }, (_, hour) =>
    Object.entries(DAY.timeZones).reduce((sum, [offset, weight]) => {
      const local = (hour + Number(offset) + 24) % 24;
      return sum + weight * (DAY.hours[local] as number);
    }, 0),
  );
  const total = byHour.reduce((sum, weight) => sum + weight, 0);
  return (part) => {
    let left = part * total;
    let hour = 0;
    while (left > (byHour[hour] as number)) left -= byHour[hour++] as number;
    return DAY.startMs + Math.floor((hour + left / (byHour[hour] as number)) * HOUR_MS);
  };
}

/** What happens in a session, one after the other. */
export interface Visit {
  pages: number;
  pauseMs: () => number;
  /** Before which page an artist is selected. */
  toggles: ReadonlySet<number>;
}

export function visitOf(random: Random): Visit {
  const mean = DAY.pagesPerSession;
  // Geometric: most sessions are short, some are long.
  const pages = 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - 1 / mean));
  const toggles = random.chance(DAY.shareWithToggles) ? 1 + random.below(3) : 0;
  return {
    pages,
    pauseMs: () => Math.floor(random.between(0.2, 1.8) * DAY.secondsPerPage * 1000),
    toggles: new Set(Array.from({ length: toggles }, () => 1 + random.below(Math.max(1, pages)))),
  };
}
