import type { PlatformRateLimited } from '../errors.ts';
import { type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import {
  ALL_CALLS,
  type Ban,
  type Bans,
  banOf,
  banSeconds,
  isAnyOver,
  isOver,
  MARGIN_MS,
  type Pacing,
  PROBE_MS,
  type Probe,
  type Probes,
} from './bans.ts';
import { cooldownKey } from './keys.ts';

/** Two callers may meet a 429 at once: the longer ban stands. */
const LATER_THAN_KNOWN = 'attribute_not_exists(#until) OR #until < :until';
/** One probe at a time, of the ban that its caller saw. Whose it is may take it again, as a repeated write does. */
const NO_OTHER_PROBES =
  '#until = :seen AND (attribute_not_exists(#probe) OR #probe.untilMs <= :now OR #probe.holder IN (:holder, :handedBy))';
/** A probe that ran out may be another's by now. */
const STILL_OURS = '#probe.holder = :holder';
/** A success says something about the ban that was probed, not about one that began meanwhile. */
const SAME_BAN = '#until = :seen';

/** Quotas last a day; beyond this DynamoDB's TTL removes what is known. */
const LIFE_SECONDS = 7 * 24 * 3600;

/**
 * What an instance has read it goes by for so long: all instances share the one item, a partition takes 3,000 reads a
 * second, and in an outage every request wants to know.
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

  /** What stood at most a second before `nowMs`; what stands, when one of `names` may be over. */
  async function look(nowMs: number, names: readonly string[] = []): Promise<Stored> {
    const isKnown = known !== undefined && nowMs - known.readAtMs < KNOWN_FOR_MS;
    if (known && isKnown && !isAnyOver(known.bans, names, nowMs) && !isUncounted(known)) return known;
    return readAnew(nowMs);
  }

  async function readAnew(nowMs: number): Promise<Stored> {
    known = { ...(await readStored()), readAtMs: nowMs };
    return known;
  }

  async function readStored(): Promise<Stored> {
    const item = (await table.get(cooldownKey)) ?? {};
    return { bans: bansIn(item), pacing: pacingIn(item) };
  }

  /** Lets others probe what `holder` did not find out. What was banned anew has no probe any more. */
  async function releaseProbes(probes: Probes, holder: string): Promise<void> {
    await Promise.allSettled(probes.map(([name]) => release(name, holder)));
  }

  const release = (name: string, holder: string) =>
    change(name, 'REMOVE #probe', STILL_OURS, { ':holder': holder });

  /** Calls are allowed again, after a ban of all calls at the pace of before. */
  function end(name: string, seen: Ban, nowMs: number): Promise<boolean> {
    const over = 'REMOVE #until, #probe, #strikes, #since';
    const values = { ':seen': seen.untilMs };
    if (name !== ALL_CALLS) return change(name, over, SAME_BAN, values);
    return change(name, `SET pacingFrom = :now, pacingBanSince = :since ${over}, pacingLists`, SAME_BAN, {
      ...values,
      ':now': nowMs,
      ':since': seen.sinceMs,
    });
  }

  return {
    look,

    /** The bans alone. */
    read: async (nowMs: number, names?: readonly string[]) => (await look(nowMs, names)).bans,

    /** Begins the ban that a 429 tells of, from `nowMs`, when it was answered. Returns its seconds, 0 when it was known. */
    async start(error: PlatformRateLimited, nowMs: number): Promise<number> {
      const name = banOf(error);
      // Another may have begun a longer one a moment ago: from here on this instance goes by it as well.
      const ban = (await readAnew(nowMs)).bans.get(name);
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

    /**
     * Lets `holder` find out whether bans are over, all of them or none; those that `handedBy` holds are its own. False:
     * another does.
     */
    async takeProbes(probes: Probes, holder: string, nowMs: number, handedBy = holder): Promise<boolean> {
      for (const [i, [name, seen]] of probes.entries()) {
        const values = {
          ':probe': { holder, untilMs: nowMs + PROBE_MS },
          ':seen': seen.untilMs,
          ':now': nowMs,
          ':holder': holder,
          ':handedBy': handedBy,
        };
        if (await change(name, 'SET #probe = :probe', NO_OTHER_PROBES, values)) continue;
        await releaseProbes(probes.slice(0, i), holder);
        return false;
      }
      return true;
    },

    releaseProbes,

    /**
     * What `holder` probed is over where the platform answered, and is given back where it was not asked. Storage that
     * fails here only makes others more careful than they need to be.
     */
    async endProbes(
      probes: Probes,
      holder: string,
      answered: ReadonlySet<string>,
      nowMs: number,
    ): Promise<void> {
      const settle = (name: string, seen: Ban) =>
        isOver(name, answered) ? end(name, seen, nowMs) : release(name, holder);
      await Promise.allSettled(probes.map(([name, seen]) => settle(name, seen)));
    },
  };
}

/** What the item holds. */
interface Stored {
  bans: Bans;
  /** After which ban computations are paced, if there was one. */
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
        strikes: numberAt(`${name}Strikes`),
        probe: item[`${name}Probe`] as Probe | undefined,
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
