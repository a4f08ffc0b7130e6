import type { Connection } from './connection.ts';
import { reauthorizeByMs, reauthorizeSoonFromMs } from './consent.ts';
import { SPOTIFY } from './platform.ts';

/** The state of each platform, as the profile shows it. Pure: asks nobody. */
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
