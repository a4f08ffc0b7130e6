import { CORE, FRESHNESS, type Guard, MODEL, unit } from './guard.ts';

export const ageGuards: readonly Guard[] = [
  {
    invariant: 'I3',
    name: 'fresh ends at 3 h',
    file: FRESHNESS,
    find: 'ageMs >= freshMs',
    replace: 'ageMs > freshMs',
    test: unit('freshness', ''),
  },
  {
    invariant: 'I3',
    name: 'usable ends at 6 h',
    file: FRESHNESS,
    find: '!(ageMs < keepMs)',
    replace: '!(ageMs <= keepMs)',
    test: unit('freshness', ''),
  },
  {
    invariant: 'I3',
    name: 'a timestamp from the future is nonsense',
    file: FRESHNESS,
    find: ' || ageMs < -MAX_CLOCK_SKEW_MS',
    replace: '',
    test: unit('freshness', ''),
  },
  {
    invariant: 'I3',
    name: 'hard limit when a fallback is handed out',
    file: 'shared/cache/answer.ts',
    find: "if (found.state === 'none' || nowMs >= found.usableUntilMs) throw",
    replace: "if (found.state === 'none' || nowMs < 0) throw",
    test: MODEL,
  },
  {
    invariant: 'I3',
    name: 'hard limit when a fresh copy was read slowly',
    file: CORE,
    find: 'if (clock.nowMs() >= found.usableUntilMs) continue;',
    replace: '',
    test: MODEL,
  },
  {
    invariant: 'I3',
    name: 'a usable copy is served when storage fails after it was read',
    file: CORE,
    find: "if (!(error instanceof StorageUnavailable) || found.state === 'none') throw error;",
    replace: 'throw error;',
    test: unit('cached-artists', 'gives the old copy when storage fails'),
  },
];
