import { hash } from 'node:crypto';
import type { OptionalList, PlatformBucket, PlatformRateLimited } from '../errors.ts';

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
  /** How often in a row a probe was banned again. */
  strikes: number;
  /** Who finds out whether it is over, and until when no other does. */
  probe?: Probe | undefined;
}
export interface Probe {
  holder: string;
  untilMs: number;
}
export type Bans = ReadonlyMap<string, Ban>;
/** Bans that may be over, for a caller to find out. */
export type Probes = readonly (readonly [name: string, seen: Ban])[];

/** What a computation uses of the platform, by the names of the bans that concern it. */
export interface Needs {
  required: readonly string[];
  /** Buckets that a list can be computed without, and what the list then lacks. */
  optional: Readonly<Record<string, OptionalList>>;
}

/** The names of all bans that may concern what is needed, `without` some optional lists. */
export const namesOf = ({ required, optional }: Needs, without: readonly OptionalList[] = []): string[] => [
  ...required,
  ...Object.entries(optional).flatMap(([bucket, list]) => (without.includes(list) ? [] : [bucket])),
];

/** A ban of all calls that is over: what was computed before it tells how much may be computed after it. */
export interface Pacing {
  /** When it ended, and when it had begun. */
  fromMs: number;
  banSinceMs: number;
  /** Computed in the window before it; undefined until it is counted. */
  lists?: number | undefined;
}

export type BanVerdict = { kind: 'allowed'; probes: Probes } | { kind: 'denied'; retryAfterSeconds: number };

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

const deniedUntilMs = ({ untilMs, probe }: Ban) => Math.max(untilMs, probe?.untilMs ?? 0);

/** Whether one of `names` may be over, so that a caller would have to find out. */
export const isAnyOver = (bans: Bans, names: readonly string[], nowMs: number): boolean =>
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

/** Thousands may meet a 429 at once, each told the same in whole seconds: that not all write it, a ban lasts a second more. */
export const MARGIN_MS = 1_000;

/** How long who met this 429 is told to wait: until the ban, as it is written, is over. */
export const waitSeconds = ({ retryAfterSeconds }: PlatformRateLimited, seconds: number): number =>
  Math.max(retryAfterSeconds, seconds) + MARGIN_MS / 1000;

/** The one bucket that the limit of the application does not count. */
const TOKEN: PlatformBucket = 'token';

/** Which ban a 429 begins: a quota is its bucket's, the token endpoint counts apart, all else is the application's. */
export const banOf = ({ reason, bucket }: PlatformRateLimited): string =>
  bucket !== undefined && (reason === 'quota' || bucket === TOKEN) ? bucket : ALL_CALLS;

/** Whether answers in these buckets show that the ban is over. */
export const isOver = (name: string, answered: ReadonlySet<string>): boolean =>
  name === ALL_CALLS ? [...answered].some((bucket) => bucket !== TOKEN) : answered.has(name);

/**
 * How long a ban lasts: as long as the platform says, and twice as long each time that a probe is banned again; that
 * growth ends at the rolling window, in which whatever one user caused is over for the others.
 */
export const banSeconds = (retryAfterSeconds: number, strikes: number): number =>
  strikes === 0
    ? retryAfterSeconds
    : Math.max(retryAfterSeconds, Math.min(ROLLING_WINDOW_SECONDS, 2 ** strikes));
