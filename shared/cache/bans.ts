import type { OptionalList, PlatformRateLimited } from '../errors.ts';
import { type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import { cooldownKey } from './keys.ts';
import type { Needs } from './platform.ts';

/** The rolling limit of the whole application. Every other ban is a bucket's, by its name. */
export const ALL_CALLS = 'all';
/** How long the platform looks back when it counts the calls of an application. */
const ROLLING_WINDOW_SECONDS = 30;
/** The one who probes has this long to find out; then another may. */
export const PROBE_MS = 15_000;

/** A ban as the store knows it; it stands until a probe has succeeded. Times in epoch milliseconds. */
export interface Ban {
  untilMs: number;
  /** Until when a caller finds out whether it is over. */
  probeUntilMs: number;
  /** How often in a row a probe was banned again. */
  strikes: number;
}
export type Bans = ReadonlyMap<string, Ban>;

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

/** The optional buckets that are banned now, by what a list lacks without them. */
export const bannedLists = (bans: Bans, { optional }: Needs, nowMs: number): OptionalList[] =>
  Object.entries(optional).flatMap(([bucket, list]) =>
    (bans.get(bucket)?.untilMs ?? 0) > nowMs ? [list] : [],
  );

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

/** Two callers may meet a 429 at once: the longer ban stands. */
const LATER_THAN_KNOWN = 'attribute_not_exists(#until) OR #until < :until';
/** One probe at a time, of the ban that its caller saw. */
const NO_OTHER_PROBES = '#until = :seen AND (attribute_not_exists(#probe) OR #probe <= :now)';
/** A success says something about the ban that was probed, not about one that began meanwhile. */
const SAME_BAN = '#until = :seen';

/** Quotas last a day; beyond this DynamoDB's TTL removes what is known. */
const LIFE_SECONDS = 7 * 24 * 3600;

/**
 * What an instance has read it goes by for so long: all instances share the one item, a partition takes 3,000 reads a second,
 * and in an outage every request wants to know.
 */
const KNOWN_FOR_MS = 1_000;

const attributesOf = (name: string) => ({
  '#until': `${name}Until`,
  '#probe': `${name}Probe`,
  '#strikes': `${name}Strikes`,
});

export type BanStore = ReturnType<typeof createBanStore>;

/**
 * What the platform forbids the application: one small item, read by every function that is about to call, in each instance
 * once a second. A ban that may be over is looked at anew, so that what is being probed is not tried by all.
 */
export function createBanStore(deps: TableDeps) {
  const table = tableOf(deps);
  let known: { bans: Bans; readAtMs: number } | undefined;

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

  async function read(nowMs: number, names: readonly string[] = []): Promise<Bans> {
    const isKnown = known !== undefined && nowMs - known.readAtMs < KNOWN_FOR_MS;
    if (known && isKnown && !isAnyOver(known.bans, names, nowMs)) return known.bans;
    const bans = await readStored();
    known = { bans, readAtMs: nowMs };
    return bans;
  }

  async function readStored(): Promise<Bans> {
    const item = (await table.get(cooldownKey)) ?? {};
    const names = Object.keys(item).flatMap((key) =>
      key.endsWith('Until') ? [key.slice(0, -'Until'.length)] : [],
    );
    return new Map(
      names.map((name): [string, Ban] => [
        name,
        {
          untilMs: item[`${name}Until`],
          probeUntilMs: item[`${name}Probe`] ?? 0,
          strikes: item[`${name}Strikes`] ?? 0,
        },
      ]),
    );
  }

  return {
    /** The bans as they stood at most a second before `nowMs`; as they stand, when one of `names` may be over. */
    read,

    /** Begins the ban that a 429 tells of, from `nowMs`, when it was answered. Returns its seconds, 0 when it was known. */
    async start(error: PlatformRateLimited, nowMs: number): Promise<number> {
      const name = banOf(error);
      const strikes = (await readStored()).get(name)?.strikes ?? 0;
      const seconds = banSeconds(error.retryAfterSeconds, strikes);
      const isLonger = await change(
        name,
        'SET #until = :until, #strikes = :strikes, expiresAt = :expiresAt REMOVE #probe',
        LATER_THAN_KNOWN,
        {
          ':until': nowMs + seconds * 1000,
          ':strikes': strikes + 1,
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

    /** The probe succeeded: calls are allowed again. */
    end: (name: string, seen: Ban): Promise<boolean> =>
      change(name, 'REMOVE #until, #probe, #strikes', SAME_BAN, { ':seen': seen.untilMs }),
  };
}
