import type { User } from './plan.ts';

/** Something that the outside asked for. `end` is infinite for what failed or died: it may still take effect. */
interface Interval {
  start: number;
  end: number;
}
interface Toggle extends Interval {
  user: User;
  artist: number;
  selected: boolean;
}
interface ConsentChange extends Interval {
  user: User;
  kind: 'connect' | 'disconnect';
  /** Of a connect: the account, by which its lists are known. */
  account: string | undefined;
}

export interface Computation {
  id: number;
  user: User;
  state: 'running' | 'complete' | 'failed';
  /** Without the saved tracks. */
  isPartial: boolean;
}

/** An invariant, and how it was broken. */
class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/** What may be counted in one schedule or many: shows that the schedules reach what they are meant to reach. */
export type Tally = Map<string, number>;
export const count = (tally: Tally, what: string, by = 1) => tally.set(what, (tally.get(what) ?? 0) + by);

export type History = ReturnType<typeof createHistory>;

/** What has happened in a schedule, as the outside saw it. */
export function createHistory(tally: Tally) {
  const toggles: Toggle[] = [];
  const consents: ConsentChange[] = [];
  const computations: Computation[] = [];
  const violations: InvariantBroken[] = [];

  /** Was overtaken, surely and before `step`, by another that began after it had ended? */
  const isSuperseded = (one: Interval, others: readonly Interval[], step: number) =>
    others.some((other) => other.start > one.end && other.end < step);

  return {
    tally,
    toggles,
    consents,
    computations,
    /** Those that were noticed; code under test may have caught what was thrown. */
    violations,

    broken(invariant: string, how: string): never {
      const violation = new InvariantBroken(`${invariant}: ${how}`);
      violations.push(violation);
      throw violation;
    },

    /** Whether a request that began at `step` may see this selection of the artist. */
    mayBeSelected(user: User, artist: number, selected: boolean, step: number): boolean {
      const all = toggles.filter((toggle) => toggle.user === user && toggle.artist === artist);
      const never = { start: -2, end: -1, selected: false };
      return [never, ...all].some(
        (toggle) => toggle.selected === selected && !isSuperseded(toggle, all, step),
      );
    },

    /** Whether every toggle of the artist had been answered before `step`: then only one selection is right. */
    isSelectionSettled: (user: User, artist: number, step: number) =>
      toggles.every((toggle) => toggle.user !== user || toggle.artist !== artist || toggle.end < step),

    /** Whether a request that began at `step` may see a list of this account. */
    mayBeOfAccount(user: User, account: string, step: number): boolean {
      const all = consents.filter((change) => change.user === user);
      const own = all.find((change) => change.account === account);
      return own !== undefined && !isSuperseded(own, all, step);
    },

    /** Disconnected for certain: every connection had been completed before a disconnection began, and that one ended. */
    isDisconnected(user: User): boolean {
      const all = consents.filter((change) => change.user === user);
      const connects = all.filter(({ kind }) => kind === 'connect');
      return all.some(
        (change) =>
          change.kind === 'disconnect' &&
          Number.isFinite(change.end) &&
          connects.every(({ end }) => end < change.start),
      );
    },
  };
}
