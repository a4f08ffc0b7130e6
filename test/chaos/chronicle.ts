/** What must never happen, in the words of the report. */
export const FORBIDDEN = {
  refusal: '5xx with a usable copy',
  crossing: 'artists of another account',
  selection: "old selection after a toggle's 200",
  afterDisconnect: 'list after a disconnect',
  tooOld: 'copy at or beyond the hard limit',
  notFresh: 'old copy called fresh',
  computation: 'computation without a reason',
  cooldown: 'Spotify asked during its Retry-After',
  entryLost: 'usable copy vanished',
  tokenLost: 'token or connection lost',
  crash: 'function ended by itself',
  contract: 'reply outside of the contract',
  notRecovered: 'user not served once all is calm',
} as const;
export type Forbidden = keyof typeof FORBIDDEN;

interface Event {
  readonly atMs: number;
  /** Undefined: it concerns everybody. */
  readonly user: string | undefined;
  readonly text: string;
}

export interface Violation {
  readonly kind: Forbidden;
  readonly user: string;
  readonly text: string;
  /** The last events of the user before it. */
  readonly trace: readonly string[];
}

export type Chronicle = ReturnType<typeof createChronicle>;

const KEPT_EVENTS = 60_000;
const TRACE_EVENTS = 80;
const KEPT_OF_A_KIND = 4;

/** Everything that is seen in a run, in the order in which it is seen, and what of it must not be. */
export function createChronicle(startedAtMs: number) {
  let events: Event[] = [];
  const counts = new Map<string, number>();
  const violations: Violation[] = [];
  const violated = new Map<Forbidden, number>();

  const shown = ({ atMs, text }: Event) =>
    `${((atMs - startedAtMs) / 1000).toFixed(3).padStart(9)} s  ${text}`;

  return {
    tell(user: string | undefined, text: string, atMs = Date.now()): void {
      events.push({ atMs, user, text });
      if (events.length > 2 * KEPT_EVENTS) events = events.slice(-KEPT_EVENTS);
    },
    count(what: string, by = 1): void {
      counts.set(what, (counts.get(what) ?? 0) + by);
    },
    violate(kind: Forbidden, user: string, text: string): void {
      const times = (violated.get(kind) ?? 0) + 1;
      violated.set(kind, times);
      if (times > KEPT_OF_A_KIND) return;
      const own = events.filter((event) => event.user === user || event.user === undefined);
      violations.push({ kind, user, text, trace: own.slice(-TRACE_EVENTS).map(shown) });
    },
    counted: (what: string): number => counts.get(what) ?? 0,
    /** All counts whose name begins so, the most frequent first; without the beginning. */
    countsOf: (beginning: string): [string, number][] =>
      [...counts]
        .filter(([what]) => what.startsWith(beginning))
        .map(([what, times]): [string, number] => [what.slice(beginning.length), times])
        .toSorted(([, a], [, b]) => b - a),
    violatedTimes: (kind: Forbidden): number => violated.get(kind) ?? 0,
    violations,
  };
}
