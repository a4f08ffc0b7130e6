import { defaultLimit, type RateLimit } from '../../infra/route-limits.ts';
import { AppError } from '../../shared/errors.ts';
import { createFakeTables } from '../support/fake-tables.ts';
import { createRandom } from '../support/random.ts';
import { DAY, HOUR_MS, type Session, sessionsOf, visitOf } from './population.ts';
import { createRate } from './rates.ts';
import { createService } from './service.ts';
import { createSpotify } from './spotify.ts';
import { artistIdAt } from './spotify-pages.ts';
import { createTimeline } from './timeline.ts';

/** What is planned for ten million users; a smaller population is given its share. */
const AT_10_M = {
  /** Calls of the Web API in any 30 s, to be agreed with Spotify. */
  per30s: 150_000,
  refreshBound: 50,
  minPerWindow: 30,
  /** Requests a second that the gateway lets through, and at one moment: `infra/route-limits.ts`. */
  gateway: defaultLimit,
};
/** A request that the gateway turns away is made again after so long. */
const TURNED_AWAY_MS = { from: 1_000, to: 5_000 };
const PLANNED_USERS = 10_000_000;
/** A smaller population has the limits of so many: below, a limit would be less than one computation. */
const MIN_USERS = 5_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const SERIES_MS = 5 * MINUTE_MS;
/** A client that is told to wait does, once, and shows what it has. */
const MAX_OBEDIENT_MS = 60_000;

export type DayResult = Awaited<ReturnType<typeof playDay>>;

/** Plays a day of so many users. The same seed gives the same day, to the last unit. */
export async function playDay({ users, seed }: { users: number; seed: number }) {
  const share = Math.max(users, MIN_USERS) / PLANNED_USERS;
  const random = createRandom(seed);
  const timeline = createTimeline(DAY.startMs);
  const { clock, at } = timeline;
  const fake = createFakeTables();
  const spotify = createSpotify({ clock, random: random.fork(), per30s: AT_10_M.per30s * share });
  const refreshBound = Math.max(1, Math.round(AT_10_M.refreshBound * share));
  const minPerWindow = AT_10_M.minPerWindow * share;
  const service = createService({ fake, timeline, random: random.fork(), refreshBound, minPerWindow });
  const tally = createTally(clock);
  service.onEvent(tally.hear);
  const gateway = createGateway(clock, AT_10_M.gateway, share);
  const known = new Set<number>();

  async function play({ user }: Session, own: ReturnType<typeof createRandom>): Promise<void> {
    const userId = `user-${user}`;
    if (!known.has(user)) await service.connect(userId, clock.nowMs());
    known.add(user);
    const { pages, pauseMs, toggles } = visitOf(own);
    for (let page = 0; page < pages; page += 1) {
      if (toggles.has(page)) await service.toggle(userId, artistIdAt(own.below(137)));
      while (!gateway.lets()) await clock.sleep(own.between(TURNED_AWAY_MS.from, TURNED_AWAY_MS.to));
      const waitMs = await askForPage(userId, page % 14);
      await clock.sleep(waitMs ?? pauseMs());
    }
  }

  /** How long the client is told to wait, when it has nothing to show. */
  async function askForPage(userId: string, page: number): Promise<number | undefined> {
    try {
      const { cacheStatus } = await service.page(userId, page);
      tally.served(cacheStatus === 'fresh');
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      tally.failed(error.code);
      return Math.min(MAX_OBEDIENT_MS, (error.retryAfterSeconds ?? 5) * 1000);
    }
  }

  const failures: unknown[] = [];
  for (const session of sessionsOf(users, seed)) {
    const own = random.fork();
    at(session.startMs, () => void play(session, own).catch((error) => failures.push(error)));
  }
  for (let hour = 1; hour <= 24; hour += 1)
    at(
      DAY.startMs + hour * HOUR_MS - 30 * MINUTE_MS,
      () => void service.sweep().then(tally.swept, (e) => failures.push(e)),
    );

  const { fetch } = globalThis;
  globalThis.fetch = spotify.fetch as unknown as typeof fetch;
  try {
    await timeline.runUntil(DAY.startMs + DAY_MS);
  } finally {
    globalThis.fetch = fetch;
  }
  if (failures.length > 0) throw failures[0];
  return {
    users,
    seed,
    factor: PLANNED_USERS / users,
    ...tally.report(),
    turnedAway: gateway.turnedAway(),
    spotify: { ...spotify.report(), calls: spotify.calls.report() },
    storage: service.storage.report(),
    sweep: service.swept.report(),
    kms: service.kms.report(),
    functions: {
      'get-artists': service.fleets['get-artists'].usage(),
      'refresh-artists': service.fleets['refresh-artists'].usage(),
      'toggle-artist': service.fleets['toggle-artist'].usage(),
      sweep: service.fleets.sweep.usage(),
    },
    series: seriesOf({ requests: tally.requests, notFresh: tally.notFresh, calls: spotify.calls }),
  };
}

/** Every five minutes: how much there was a second. */
function seriesOf<TName extends string>(rates: Record<TName, ReturnType<typeof createRate>>) {
  const series = (rate: ReturnType<typeof createRate>) =>
    Array.from({ length: DAY_MS / SERIES_MS }, (_, i) => {
      const fromMs = DAY.startMs + i * SERIES_MS;
      return rate.between(fromMs, fromMs + SERIES_MS) / (SERIES_MS / 1000);
    });
  const entries = Object.entries(rates) as [TName, ReturnType<typeof createRate>][];
  return Object.fromEntries(entries.map(([name, rate]) => [name, series(rate)])) as Record<TName, number[]>;
}

/** A token bucket, as API Gateway has one a stage. */
function createGateway(clock: { nowMs(): number }, { rateLimit, burstLimit }: RateLimit, share: number) {
  const [perMs, size] = [(rateLimit * share) / 1000, Math.max(1, burstLimit * share)];
  let tokens = size;
  let sinceMs = clock.nowMs();
  let turnedAway = 0;
  return {
    lets(): boolean {
      tokens = Math.min(size, tokens + (clock.nowMs() - sinceMs) * perMs);
      sinceMs = clock.nowMs();
      const isLet = tokens >= 1;
      if (isLet) tokens -= 1;
      else turnedAway += 1;
      return isLet;
    },
    turnedAway: () => turnedAway,
  };
}

/** Counts what happened, and when. */
function createTally(clock: { nowMs(): number }) {
  const outcomes = { hit: 0, miss: 0, stale: 0, 'fallback-revoked': 0, error: 0 };
  const errors: Record<string, number> = {};
  const requests = createRate();
  const computed = createRate();
  const notFresh = createRate();
  const bans: { atMs: number; seconds: number }[] = [];
  const sweeps = { deleted: 0, most: 0, unfinished: 0 };

  return {
    hear(event: { name: string; seconds?: number }) {
      if (event.name in outcomes) {
        outcomes[event.name as keyof typeof outcomes] += 1;
        requests.add(clock.nowMs(), 1);
      }
      if (event.name === 'computed') computed.add(clock.nowMs(), 1);
      if (event.name === 'cooldown-started') bans.push({ atMs: clock.nowMs(), seconds: event.seconds ?? 0 });
    },
    served(isFresh: boolean) {
      if (!isFresh) notFresh.add(clock.nowMs(), 1);
    },
    failed(code: string) {
      errors[code] = (errors[code] ?? 0) + 1;
      notFresh.add(clock.nowMs(), 1);
    },
    swept({ deleted, complete }: { deleted: number; complete: boolean }) {
      sweeps.deleted += deleted;
      sweeps.most = Math.max(sweeps.most, deleted);
      if (!complete) sweeps.unfinished += 1;
    },
    requests,
    notFresh,
    report: () => ({
      outcomes,
      errors,
      requestRate: requests.report(),
      computed: computed.report(),
      bans,
      sweeps,
    }),
  };
}
