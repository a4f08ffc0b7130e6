import { expect, it } from 'vitest';
import type { Lookup } from '../../../shared/cache/artists-cache.ts';
import type { Connection } from '../../../shared/platforms/connection.ts';
import { describeArtists } from '../../../shared/platforms/describe-artists.ts';
import { NOON } from '../../support/a-clock.ts';

const found = (state: 'fresh' | 'old') =>
  ({ state, copy: { artists: [], total: 137, timestampMs: NOON } }) as unknown as Lookup;
const connection = (status: Connection['status']) => ({ status }) as Connection;

it.each([
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

it('no list that may be served', () => {
  expect(describeArtists({ state: 'none', fence: 'none' }, connection('connected'))).toBeNull();
});
