import type { Lookup } from '../cache/artists-cache.ts';
import type { CacheStatus } from '../contract/schemas.ts';
import { type Connection, reauthorizeByMs, reauthorizeSoonFromMs, SPOTIFY } from './connection.ts';

/** The state of each platform, as the profile shows it. Pure. */
export function describePlatforms(connection: Connection | undefined, nowMs: number) {
  if (!connection) {
    return [
      {
        platform_slug: SPOTIFY,
        status: 'disconnected' as const,
        account_id: null,
        connected_at: null,
        reauthorize_by: null,
      },
    ];
  }
  const { accountId, authorizedAtMs, status } = connection;
  return [
    {
      platform_slug: SPOTIFY,
      status,
      account_id: accountId,
      connected_at: new Date(authorizedAtMs).toISOString(),
      reauthorize_by: new Date(reauthorizeByMs(authorizedAtMs)).toISOString(),
      ...(nowMs >= reauthorizeSoonFromMs(authorizedAtMs) && { hint: 'REAUTHORIZE_SOON' as const }),
    },
  ];
}

/** The state of the cached list, as the profile shows it: null when there is none that may be served. Pure. */
export function describeArtists(found: Lookup, connection: Connection | undefined) {
  if (found.state === 'none') return null;
  const { total, timestampMs } = found.copy;
  return {
    total,
    cached_at: new Date(timestampMs).toISOString(),
    cache_status: cacheStatus(found.state, connection),
  };
}

/** What the list would be served as, were it asked for now and Spotify not asked. */
function cacheStatus(state: 'fresh' | 'old', connection: Connection | undefined): CacheStatus {
  if (state === 'fresh') return 'fresh';
  return connection?.status === 'connected' ? 'stale' : 'fallback_revoked';
}
