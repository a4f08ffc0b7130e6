import { ALWAYS, CORE, type Guard, UNDER_LEASE } from './guard.ts';

const platforms = (name: string, title: string) => ({ file: `test/shared/platforms/${name}.test.ts`, title });
const spotify = (name: string, title: string) => ({ file: `test/shared/spotify/${name}.test.ts`, title });
const real = (name: string, title: string) => ({ file: `test/real-spotify/${name}.test.ts`, title });

const CONNECTIONS = 'shared/platforms/connection-store.ts';
const STATES = 'shared/platforms/oauth-state-store.ts';
const REFRESH_ACCESS = 'shared/platforms/refresh-access.ts';

/** What the platform's limits and oddities ask for: bans, lists that are cut short, and what must not be repeated. */
const bans: readonly Guard[] = [
  {
    invariant: 'I5',
    name: 'an outage while users connect is shared by their states',
    file: STATES,
    find: 'if (waitMs <= 0 || slots[slot]?.failures === 1) return;',
    replace: 'if (waitMs < 9e9) return;',
    test: platforms('connecting-again', 'costs a user one call in its back-off'),
  },
  {
    invariant: 'I5b',
    name: 'the limit of the application is no failure of a list',
    file: 'shared/errors.ts',
    find: "(error instanceof PlatformRateLimited && error.reason === 'quota')",
    replace: 'error instanceof PlatformRateLimited',
    test: spotify('web-api-refusals', 'a quota is told from the limit of the application'),
  },
  {
    invariant: 'I5b',
    name: 'connecting needs the token endpoint and the profile alone',
    file: 'shared/spotify-platform.ts',
    find: "CONNECT_NEEDS: Names = ['token', 'me']",
    replace: "CONNECT_NEEDS: Names = ['token', 'me', ALL_CALLS]",
    test: real('connecting', 'while the application is limited'),
  },
];

const lists: readonly Guard[] = [
  {
    invariant: 'I6',
    name: 'an optional list has failed by itself only when the rest has answered',
    file: 'shared/spotify/collect-artists.ts',
    find: '  const given = await required;\n  return [await optional, given];',
    replace: '  return [await optional, await required];',
    test: real('reading', 'is none where it is an outage'),
  },
  {
    invariant: 'I6',
    name: 'a limit that is refused is asked for smaller',
    file: 'shared/spotify/web-api.ts',
    find: "isLimitRefused(reply) && mayRepeat(spent, 'limit')",
    replace: 'isLimitRefused(reply) && spent.size < 0',
    test: spotify('web-api', 'a limit that is refused'),
  },
  {
    invariant: 'I6',
    name: 'a list that lacks a part says so',
    file: UNDER_LEASE,
    find: '{ ...list, computationMs, lacks: without }',
    replace: '{ ...list, computationMs }',
    test: real('reading', 'after three tries a list without it'),
  },
  {
    invariant: 'I6b',
    name: 'what is known to outlast a request is handed over before its first call',
    file: CORE,
    find: 'if (!isHandedOn && (permit.found.stored?.computationMs ?? 0) > patienceMs)',
    replace: 'if (!isHandedOn && (permit.found.stored?.computationMs ?? 0) > 9e9)',
    test: real('reading', 'of a renewal that is known to take long'),
  },
  {
    invariant: 'I6b',
    name: 'a list knows how long its computation took',
    file: UNDER_LEASE,
    find: 'const computationMs = clock.nowMs() - startedAtMs;',
    replace: 'const computationMs = 0 * startedAtMs;',
    test: real('reading', 'of a renewal that is known to take long'),
  },
];

const tokens: readonly Guard[] = [
  {
    invariant: 'I9',
    name: 'NOT_STORED_YET',
    file: CONNECTIONS,
    find: "'(attribute_not_exists(connectionId) OR connectionId <> :connectionId)'",
    replace: `'${ALWAYS} AND :connectionId = :connectionId'`,
    test: platforms('connection-store', 'does not undo the rotation of its token'),
  },
  {
    invariant: 'I9',
    name: 'a refresh that failed stores what it could not store',
    file: REFRESH_ACCESS,
    find: '      await settle();\n      throw error;',
    replace: '      throw error;',
    test: platforms('rotation', 'that arrives after the deadline, while storage fails'),
  },
  {
    invariant: 'I9',
    name: 'the exchange of a code is seen to its end',
    file: 'shared/platforms/complete-connection.ts',
    find: 'signal: new AbortController().signal, mayBegin',
    replace: 'signal: call.signal, mayBegin',
    test: platforms('connecting-again', 'the exchange is awaited'),
  },
];

const consents: readonly Guard[] = [
  {
    invariant: 'I12',
    name: 'STILL_CLAIMED',
    file: STATES,
    find: "const STILL_CLAIMED = '#slot.claim = :claim';",
    replace: `const STILL_CLAIMED = '${ALWAYS} AND :claim = :claim';`,
    test: platforms('connecting-again', 'a disconnection'),
  },
  {
    invariant: 'I12',
    name: 'UNCLAIMED_AND_IN_TIME: in time',
    file: STATES,
    find: '#slot.expiresAtMs > :now AND',
    replace: '#slot.expiresAtMs > #slot.seq AND',
    test: platforms('connecting', 'a state ends after ten minutes'),
  },
  {
    invariant: 'I12',
    name: 'UNCLAIMED_AND_IN_TIME: unclaimed',
    file: STATES,
    find: ' OR #slot.claimedUntilMs <= :now)',
    replace: ' OR #slot.claimedUntilMs > #slot.seq)',
    test: platforms('connecting-again', 'an attempt that died'),
  },
  {
    invariant: 'I12',
    name: 'what was exchanged ends with its state',
    file: STATES,
    find: "'SET #slot = :grant, expiresAt = :expiresAt'",
    replace: "'SET #slot = :grant, endsAt = :expiresAt'",
    test: platforms('connecting-again', 'ends with the ten minutes of its state'),
  },
  {
    invariant: 'I12',
    name: 'what was exchanged goes with a later connection',
    file: 'shared/platforms/complete-connection.ts',
    find: '      await states.forgetKept(userId);\n',
    replace: '',
    test: platforms('connecting-again', 'goes with a later connection'),
  },
  {
    invariant: 'I12',
    name: 'what was exchanged goes with a disconnection',
    file: CONNECTIONS,
    find: '      await table.delete(grantKey(userId));\n',
    replace: '',
    test: platforms('connecting-again', 'goes with a disconnection'),
  },
  {
    invariant: 'I12',
    name: 'NEWEST_OF_ITS_SLOT',
    file: STATES,
    find: "'oauthStatesSince <= :seq AND (attribute_not_exists(#slot) OR #slot.seq < :seq)'",
    replace: `'${ALWAYS} AND :seq = :seq'`,
    test: platforms('connecting-again', 'do not come back by a late duplicate'),
  },
  {
    invariant: 'I12',
    name: 'a connection ends with its consent',
    file: CONNECTIONS,
    find: '    expiresAt: expiresAtOf(consent.authorizedAtMs),\n',
    replace: '',
    test: platforms('connecting-again', 'goes five days after its six months'),
  },
  {
    invariant: 'I12',
    name: 'a confirmed revocation ends the rest within five days',
    file: CONNECTIONS,
    find: 'const KEEP_AFTER_REVOCATION_MS = 3 *',
    replace: 'const KEEP_AFTER_REVOCATION_MS = 180 *',
    test: platforms('connecting-again', 'goes within five days'),
  },
];

export const limitsGuards: readonly Guard[] = [...bans, ...lists, ...tokens, ...consents];
