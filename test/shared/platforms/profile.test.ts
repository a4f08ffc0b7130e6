import { expect, test } from 'vitest';
import type { Lookup } from '../../../shared/cache/artists-cache.ts';
import type { Connection } from '../../../shared/platforms/connection.ts';
import { describeArtists, describePlatforms } from '../../../shared/platforms/profile.ts';
import { NOON } from '../../support/a-clock.ts';

const CONNECTION: Connection = {
  userId: 'alice',
  connectionId: 'c1',
  accountId: 'account-1',
  scopes: [],
  authorizedAtMs: NOON,
  status: 'connected',
  tokenVersion: 1,
  refreshTokens: [],
};

test('a user without connection is disconnected', () => {
  expect(describePlatforms(undefined, NOON)).toEqual([
    {
      platform_slug: 'spotify',
      status: 'disconnected',
      account_id: null,
      connected_at: null,
      reauthorize_by: null,
    },
  ]);
});

test('a connection says whose account it is and when to renew it', () => {
  expect(describePlatforms(CONNECTION, NOON)).toEqual([
    {
      platform_slug: 'spotify',
      status: 'connected',
      account_id: 'account-1',
      connected_at: '2026-11-22T12:00:00.000Z',
      reauthorize_by: '2027-05-22T12:00:00.000Z',
    },
  ]);
});

test('the hint to renew comes with the fifth month, not a millisecond before', () => {
  const fifthMonth = Date.parse('2027-04-22T12:00:00.000Z');
  expect(describePlatforms(CONNECTION, fifthMonth - 1)[0]).not.toHaveProperty('hint');
  expect(describePlatforms(CONNECTION, fifthMonth)[0]).toHaveProperty('hint', 'REAUTHORIZE_SOON');
});

test('a revoked consent is said to be revoked', () => {
  expect(describePlatforms({ ...CONNECTION, status: 'revoked' }, NOON)[0]).toHaveProperty(
    'status',
    'revoked',
  );
});

const found = (state: 'fresh' | 'old') =>
  ({ state, copy: { artists: [], total: 137, timestampMs: NOON } }) as unknown as Lookup;
const connection = (status: Connection['status']) => ({ status }) as Connection;

test.each([
  ['a fresh list', 'fresh', connection('connected'), 'fresh'],
  ['a fresh list of a revoked consent', 'fresh', connection('revoked'), 'fresh'],
  ['an old list', 'old', connection('connected'), 'stale'],
  ['an old list of a revoked consent', 'old', connection('revoked'), 'fallback_revoked'],
  ['an old list without a connection', 'old', undefined, 'fallback_revoked'],
] as const)('%s', (_title, state, connected, cacheStatus) => {
  expect(describeArtists(found(state), connected)).toEqual({
    total: 137,
    cached_at: '2026-11-22T12:00:00.000Z',
    cache_status: cacheStatus,
  });
});

test('no list that may be served', () => {
  expect(describeArtists({ state: 'none', fence: 'none' }, connection('connected'))).toBeNull();
});
