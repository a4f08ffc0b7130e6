import type { Guard } from './guard.ts';

const test = (path: string, title: string) => ({ file: `test/shared/${path}.test.ts`, title });

/** What is asked of the platform outside of a computation, and with whose tokens. */
export const platformGuards: readonly Guard[] = [
  {
    invariant: 'I5',
    name: 'syncs call the platform a bounded number of times',
    file: 'shared/artists/sync-plays.ts',
    find: 'if (!(await pace.take(userId, nowMs))) return',
    replace: 'if (!(await pace.take(userId, nowMs)) && nowMs < 0) return',
    test: test('artists/sync-plays', 'call Spotify ten times at once'),
  },
  {
    invariant: 'I5',
    name: 'of syncs at the same moment each is counted',
    file: 'shared/artists/sync-plays.ts',
    find: "const AS_READ = 'paidUntilMs = :seen';",
    replace: "const AS_READ = ':seen = :seen';",
    test: test('artists/sync-plays', 'count each, also those'),
  },
  {
    invariant: 'I5',
    name: 'a sync without its scope pauses',
    file: 'shared/artists/sync-plays.ts',
    find: 'if (error instanceof PlatformScopeMissing) return CONSENT_RETRY_MS;',
    replace: '',
    test: test('artists/sync-plays', 'by a missing scope is repeated'),
  },
  {
    invariant: 'I5',
    name: 'a sync pauses for as long as it is told',
    file: 'shared/artists/sync-plays.ts',
    find: 'Math.max(RETRY_MS, (error.retryAfterSeconds ?? 0) * 1000)',
    replace: 'RETRY_MS',
    test: test('artists/sync-plays', 'by a 503 that says how long'),
  },
  {
    invariant: 'I5',
    name: 'a ban is obeyed outside of computations',
    file: 'shared/platforms/respect-cooldown.ts',
    find: "if (verdict.kind === 'denied') throw",
    replace: "if (verdict.kind === 'denied' && names.length === 0) throw",
    test: test('platforms/respect-cooldown', 'is not begun during a ban'),
  },
  {
    invariant: 'I5',
    name: 'a probe that found nothing out is given back',
    file: 'shared/platforms/respect-cooldown.ts',
    find: 'bans.releaseProbe(name, ban)',
    replace: '[name, ban]',
    test: test('platforms/respect-cooldown', 'lets another probe at once'),
  },
];
