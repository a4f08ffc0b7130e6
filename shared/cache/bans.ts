import { hash } from 'node:crypto';
import type { OptionalList, PlatformRateLimited } from '../errors.ts';
import { type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import { cooldownKey } from './keys.ts';
import type { Needs } from './platform.ts';

/** The rolling limit of the whole application. Every other ban is a bucket's, by its name. */
export const ALL_CALLS = 'all';
/** How long the platform looks back when it counts the calls of an application. */
export const ROLLING_WINDOW_MS = 30_000;
const ROLLING_WINDOW_SECONDS = ROLLING_WINDOW_MS / 1000;
/** The one who probes has this long to find out; then another may. */
export const PROBE_MS = 15_000;

/** A ban as the store knows it; it stands until a probe has succeeded. Times in epoch milliseconds. */
export interface Ban {
  sinceMs: number;
  untilMs: number;
  /** Until when a caller finds out whether it is over. */
  probeUntilMs: number;
  /** How often in a row a probe was banned again. */
  strikes: number;
}
export type Bans = ReadonlyMap<string, Ban>;

/** A ban of all calls that is over: what was computed before it tells how much may be computed after it. */
export interface Pacing {
  /** When it ended, and when it had begun. */
  fromMs: number;
  banSinceMs: number;
  /** Computed in the window before it; undefined until it is counted. */
  lists?: number | undefined;
}

export type BanVerdict =
  | { kind: 'allowed'; probes: readonly (readonly [string, Ban])[] }
  | { kind: 'denied'; retryAfterSeconds: number };

/**
 * Whether `names` may be called now. A ban whose time is over is not gone: one caller probes, the others wait until it
 * has succeeded. Pure.
 */
export function banVerdict(bans: Bans, names: readonly string[], nowMs: number): BanVerdict {
  const standing = standingBans(bans, names);
  const untilMs = Math.max(...standing.map(([, ban]) => deniedUntilMs(ban)), 0);
  if (untilMs <= nowMs) return { kind: 'allowed', probes: standing };
  return { kind: 'denied', retryAfterSeconds: Math.ceil((untilMs - nowMs) / 1000) };
}

const standingBans = (bans: Bans, names: readonly string[]) =>
  names.flatMap((name) => {
    const ban = bans.get(name);
    return ban ? [[name, ban] as const] : [];
  });

const deniedUntilMs = ({ untilMs, probeUntilMs }: Ban) => Math.max(untilMs, probeUntilMs);

/** Whether one of `names` may be over, so that a caller would have to find out. */
const isAnyOver = (bans: Bans, names: readonly string[], nowMs: number): boolean =>
  standingBans(bans, names).some(([, ban]) => deniedUntilMs(ban) <= nowMs);

/** At the most so much later than they could come, those who are sent away at one moment come again. */
const MAX_SPREAD_SECONDS = 60;
/** None is told to wait for longer than a day. */
const MAX_WAIT_SECONDS = 86_400;

/** When to come again after `seconds`: up to twice as late, so that all who wait do not come in the same second. */
export function spread(seconds: number, userId: string, nowMs: number): number {
  const chance = hash('sha256', `${userId} ${nowMs}`, 'buffer').readUInt32BE() / 2 ** 32;
  const later = seconds + Math.floor(chance * Math.min(seconds, MAX_SPREAD_SECONDS));
  return Math.min(later, Math.max(seconds, MAX_WAIT_SECONDS));
}

/** The optional buckets that are banned or probed now, by what a list lacks without them. */
export const bannedLists = (bans: Bans, { optional }: Needs, nowMs: number): OptionalList[] =>
  Object.entries(optional).flatMap(([bucket, list]) => {
    const ban = bans.get(bucket);
    return ban && deniedUntilMs(ban) > nowMs ? [list] : [];
  });

/**
 * Lets this caller find out whether bans are over: all of them or none. False: another does.
 *
 * @throws StorageUnavailable
 */
export async function takeProbes(
  bans: Pick<BanStore, 'takeProbe' | 'releaseProbe'>,
  probes: readonly (readonly [string, Ban])[],
  nowMs: number,
): Promise<boolean> {
  for (const [i, [name, ban]] of probes.entries()) {
    if (await bans.takeProbe(name, ban, nowMs)) continue;
    await releaseProbes(bans, probes.slice(0, i));
    return false;
  }
  return true;
}

/** Lets others probe what was not found out. What was banned anew has no probe of ours any more. */
export async function releaseProbes(
  bans: Pick<BanStore, 'releaseProbe'>,
  probes: readonly (readonly [string, Ban])[],
): Promise<void> {
  await Promise.allSettled(probes.map(([name, ban]) => bans.releaseProbe(name, ban)));
}

/** How long who met this 429 is told to wait: until the ban, as it is written, is over. */
export const waitSeconds = ({ retryAfterSeconds }: PlatformRateLimited, seconds: number): number =>
  Math.max(retryAfterSeconds, seconds) + MARGIN_MS / 1000;

/** Which ban a 429 begins: a quota is its bucket's, the token endpoint counts apart, all else is the application's. */
export const banOf = ({ reason, bucket }: PlatformRateLimited): string =>
  bucket !== undefined && (reason === 'quota' || bucket === 'token') ? bucket : ALL_CALLS;

/**
 * How long a ban lasts: as long as the platform says, and twice as long each time that a probe is banned again; that
 * growth ends at the rolling window, in which whatever one user caused is over for the others.
 */
const banSeconds = (retryAfterSeconds: number, strikes: number): number =>
  strikes === 0
    ? retryAfterSeconds
    : Math.max(retryAfterSeconds, Math.min(ROLLING_WINDOW_SECONDS, 2 ** strikes));

/**
 * Two callers may meet a 429 at once: the longer ban stands. Thousands may, each told the same in whole seconds: that
 * they need not all write it, it is written a second longer.
 */
const MARGIN_MS = 1_000;
const LATER_THAN_KNOWN = 'attribute_not_exists(#until) OR #until < :until';
/** One probe at a time, of the ban that its caller saw. */
const NO_OTHER_PROBES = '#until = :seen AND (attribute_not_exists(#probe) OR #probe <= :now)';
/** A success says something about the ban that was probed, not about one that began meanwhile. */
const SAME_BAN = '#until = :seen';

/** Quotas last a day; beyond this DynamoDB's TTL removes what is known. */
const LIFE_SECONDS = 7 * 24 * 3600;

/**
 * What an instance has read it goes by for so long: all instances share the one item, a partition takes 3,000 reads
 * a second,
 * and in an outage every request wants to know.
 */
const KNOWN_FOR_MS = 1_000;

const attributesOf = (name: string) => ({
  '#until': `${name}Until`,
  '#probe': `${name}Probe`,
  '#strikes': `${name}Strikes`,
  '#since': `${name}Since`,
});

export type BanStore = ReturnType<typeof createBanStore>;

/**
 * What the platform forbids the application: one small item, read by every function that is about to call, in each
 * instance once a second. A ban that may be over is looked at anew, so that what is being probed is not tried by all.
 */
export function createBanStore(deps: TableDeps) {
  const table = tableOf(deps);
  let known: (Stored & { readAtMs: number }) | undefined;

  /** Changes the ban `name` as `condition` knows it. */
  async function change(name: string, expression: string, condition: string, values: Item): Promise<boolean> {
    const used = Object.entries(attributesOf(name)).filter(([placeholder]) =>
      `${expression} ${condition}`.includes(placeholder),
    );
    try {
      return await table.update(cooldownKey, expression, {
        condition,
        names: Object.fromEntries(used),
        values,
      });
    } finally {
      known = undefined;
    }
  }

  async function readKnown(nowMs: number, names: readonly string[]): Promise<Stored> {
    const isKnown = known !== undefined && nowMs - known.readAtMs < KNOWN_FOR_MS;
    if (known && isKnown && !isAnyOver(known.bans, names, nowMs) && !isUncounted(known)) return known;
    known = { ...(await readStored()), readAtMs: nowMs };
    return known;
  }

  async function readStored(): Promise<Stored> {
    const item = (await table.get(cooldownKey)) ?? {};
    return { bans: bansIn(item), pacing: pacingIn(item) };
  }

  return {
    /** The bans as they stood at most a second before `nowMs`; as they stand, when one of `names` may be over. */
    read: async (nowMs: number, names: readonly string[] = []) => (await readKnown(nowMs, names)).bans,

    /** The ban that computations are paced after, if there was one. */
    readPacing: async (nowMs: number) => (await readKnown(nowMs, [])).pacing,

    /** Begins the ban that a 429 tells of, from `nowMs`, when it was answered. Returns its seconds, 0 when it was known. */
    async start(error: PlatformRateLimited, nowMs: number): Promise<number> {
      const name = banOf(error);
      const ban = (await readStored()).bans.get(name);
      // Who began before the ban tells nothing new by meeting it: only a probe that is banned again does.
      const stands = ban !== undefined && ban.untilMs > nowMs;
      const strikes = ban?.strikes ?? 0;
      const seconds = banSeconds(error.retryAfterSeconds, stands ? 0 : strikes);
      const untilMs = nowMs + seconds * 1000;
      if (ban && ban.untilMs >= untilMs) return 0;
      const isLonger = await change(
        name,
        'SET #until = :until, #strikes = :strikes, #since = if_not_exists(#since, :now), expiresAt = :expiresAt REMOVE #probe',
        LATER_THAN_KNOWN,
        {
          ':until': untilMs + MARGIN_MS,
          ':strikes': stands ? strikes : strikes + 1,
          ':now': nowMs,
          ':expiresAt': Math.ceil(nowMs / 1000) + LIFE_SECONDS,
        },
      );
      return isLonger ? seconds : 0;
    },

    /** Lets this caller find out whether the ban is over. False: another does. */
    takeProbe: (name: string, seen: Ban, nowMs: number): Promise<boolean> =>
      change(name, 'SET #probe = :probe', NO_OTHER_PROBES, {
        ':probe': nowMs + PROBE_MS,
        ':seen': seen.untilMs,
        ':now': nowMs,
      }),

    /** The probe came to no answer: another may probe at once. */
    releaseProbe: (name: string, seen: Ban): Promise<boolean> =>
      change(name, 'REMOVE #probe', SAME_BAN, { ':seen': seen.untilMs }),

    /** The probe succeeded: calls are allowed again, after a ban of all calls at the pace of before. */
    end(name: string, seen: Ban, nowMs: number): Promise<boolean> {
      const over = 'REMOVE #until, #probe, #strikes, #since';
      const values = { ':seen': seen.untilMs };
      if (name !== ALL_CALLS) return change(name, over, SAME_BAN, values);
      return change(name, `SET pacingFrom = :now, pacingBanSince = :since ${over}, pacingLists`, SAME_BAN, {
        ...values,
        ':now': nowMs,
        ':since': seen.sinceMs,
      });
    },
  };
}

/** What the item holds. */
interface Stored {
  bans: Bans;
  pacing: Pacing | undefined;
}

const isUncounted = ({ pacing }: Stored) => pacing !== undefined && pacing.lists === undefined;

function bansIn(item: Item): Bans {
  const names = Object.keys(item).flatMap((key) =>
    key.endsWith('Until') ? [key.slice(0, -'Until'.length)] : [],
  );
  const numberAt = (key: string) => (item[key] as number | undefined) ?? 0;
  return new Map(
    names.map((name): [string, Ban] => [
      name,
      {
        sinceMs: numberAt(`${name}Since`),
        untilMs: numberAt(`${name}Until`),
        probeUntilMs: numberAt(`${name}Probe`),
        strikes: numberAt(`${name}Strikes`),
      },
    ]),
  );
}

function pacingIn({ pacingFrom, pacingBanSince, pacingLists }: Item): Pacing | undefined {
  if (typeof pacingFrom !== 'number') return undefined;
  return {
    fromMs: pacingFrom,
    banSinceMs: (pacingBanSince as number | undefined) ?? pacingFrom,
    lists: pacingLists as number | undefined,
  };
}
