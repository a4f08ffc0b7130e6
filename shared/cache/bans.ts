import type { OptionalList, PlatformRateLimited } from '../errors.ts';

/** The rolling limit of the whole application. Every other ban is a bucket's, by its name. */
export const ALL_CALLS = 'all';
/** How long the platform looks back when it counts the calls of an application. */
const ROLLING_WINDOW_SECONDS = 30;
/** The one who probes has this long to find out; then another may. */
export const PROBE_MS = 15_000;

/** A ban as the store knows it; it stands until a probe has succeeded. Times in epoch milliseconds. */
export interface Ban {
  untilMs: number;
  /** Until when somebody finds out whether it is over. */
  probeUntilMs: number;
  /** How often in a row a probe was banned again. */
  strikes: number;
}
export type Bans = ReadonlyMap<string, Ban>;

/** What a caller is about to use of the platform: names of bans that concern it. */
export interface Needs {
  required: readonly string[];
  /** Buckets that a list can be computed without, and what the list then lacks. */
  optional: Readonly<Record<string, OptionalList>>;
}

/** The names of all bans that may concern what is needed. */
export const namesOf = ({ required, optional }: Needs): string[] => [...required, ...Object.keys(optional)];

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
export const isAnyOver = (bans: Bans, names: readonly string[], nowMs: number): boolean =>
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
export const banSeconds = (retryAfterSeconds: number, strikes: number): number =>
  strikes === 0
    ? retryAfterSeconds
    : Math.max(retryAfterSeconds, Math.min(ROLLING_WINDOW_SECONDS, 2 ** strikes));
