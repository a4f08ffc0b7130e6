import { randomBytes } from 'node:crypto';
import { revocationsKey } from '../cache/keys.ts';
import type { Clock } from '../clock.ts';
import { StorageUnavailable } from '../errors.ts';
import { type TableDeps, tableOf } from '../storage/document-client.ts';
import { isStorm, NO_TALLY, plus, type Tally, tallyAt, WINDOW_MS } from './revocation-tally.ts';

/** During a storm one confirmation finds out whether it is over; then another may. */
const PROBE_MS = 60_000;
/** A storm that was seen is believed in for so long: its item must not become hot. */
const TRUST_MS = 10_000;
const MAX_ROUNDS = 4;

/** A tally is changed as it was read, so that each refusal counts. */
const AS_READ = 'attribute_not_exists(version) OR version = :seen';

export type RevocationStorm = ReturnType<typeof createRevocationStorm>;

/**
 * Whether the fleet meets a storm of revocations: one small item, which is written on a refusal alone, with the
 * successes beside it that this instance has seen. Where it cannot be told, it is taken for a storm: then tokens stay.
 */
export function createRevocationStorm({ clock, ...deps }: TableDeps & { clock: Pick<Clock, 'nowMs'> }) {
  const table = tableOf(deps);
  /** What this instance saw and the store does not know. */
  let own = NO_TALLY;
  let stormSeenMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<{ known: Tally; version: string }> {
    const item = await table.get(revocationsKey);
    return { known: (item?.tally as Tally | undefined) ?? NO_TALLY, version: item?.version ?? '' };
  }

  /** False when another was faster. */
  function write(tally: Tally, seen: string): Promise<boolean> {
    const version = randomBytes(9).toString('base64url');
    const expiresAt = Math.ceil((tally.sinceMs + 2 * WINDOW_MS) / 1000);
    const item = { ...revocationsKey, tally, version, expiresAt };
    return table.put(item, { condition: AS_READ, values: { ':seen': seen } });
  }

  /** Returns what the tally is now; undefined when it cannot be told. What is seen here goes along with a refusal. */
  async function change(to: (known: Tally) => Tally = (known) => known): Promise<Tally | undefined> {
    try {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const { known, version } = await read();
        const before = tallyAt(known, clock.nowMs());
        const mine = own;
        const tally = to(mine.refused + mine.refusedBefore > 0 ? plus(before, mine) : before);
        if (isStorm(tally)) stormSeenMs = clock.nowMs();
        if (tally === before) return tally;
        if (!(await write(tally, version))) continue;
        if (own === mine) own = NO_TALLY;
        return tally;
      }
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
    }
    return undefined;
  }

  const isStormKnown = () => clock.nowMs() - stormSeenMs < TRUST_MS;

  function count(outcome: 'refused' | 'succeeded'): void {
    const known = tallyAt(own, clock.nowMs());
    own = { ...known, [outcome]: known[outcome] + 1 };
  }

  return {
    /** A refresh succeeded. Kept in memory until there is a refusal to weigh it against. */
    succeeded: () => count('succeeded'),

    /** A user's tokens were refused. True when that is counted, and is no part of a storm. */
    async refused(): Promise<boolean> {
      count('refused');
      if (isStormKnown()) return false;
      const tally = await change();
      return tally !== undefined && !isStorm(tally);
    },

    /** Whether a revocation may be confirmed now: always but in a storm, and then by one `probe` at a time. */
    async mayConfirm(): Promise<'yes' | 'probe' | 'no'> {
      if (isStormKnown()) return 'no';
      const nowMs = clock.nowMs();
      let took = false;
      const tally = await change((known) => {
        took = isStorm(known) && known.probeUntilMs <= nowMs;
        return took ? { ...known, probeUntilMs: nowMs + PROBE_MS } : known;
      });
      if (!tally) return 'no';
      if (took) return 'probe';
      return isStorm(tally) ? 'no' : 'yes';
    },

    /** A probe found the consent alive: what was counted were no revocations. */
    async end(): Promise<void> {
      own = NO_TALLY;
      stormSeenMs = Number.NEGATIVE_INFINITY;
      await change((known) => ({ ...NO_TALLY, sinceMs: known.sinceMs }));
    },
  };
}
