import type { Connection } from '../../shared/platforms/connection.ts';
import type { ConnectionStore } from '../../shared/platforms/connection-store.ts';

/** Connections in memory, under the conditions of the real store; it passes the same suite. */
export function memoryConnections(): ConnectionStore {
  const connections = new Map<string, Connection>();
  const refreshes = new Map<string, { holder: string; untilMs: number }>();
  let consents = 0;

  async function change(
    read: Connection,
    to: (current: Connection) => Connection,
  ): Promise<Connection | undefined> {
    const current = connections.get(read.userId);
    if (current?.connectionId !== read.connectionId || current.tokenVersion !== read.tokenVersion) {
      return undefined;
    }
    const changed = { ...to(current), tokenVersion: current.tokenVersion + 1 };
    connections.set(read.userId, changed);
    return changed;
  }

  return {
    read: async (userId) => connections.get(userId),

    connect: async (userId, { refreshToken, scopes, otherAccountId, ...consent }) => {
      consents += 1;
      connections.set(userId, {
        ...consent,
        userId,
        scopes: [...scopes],
        connectionId: `consent-${consents}`,
        status: 'connected',
        tokenVersion: 1,
        refreshTokens: [refreshToken],
      });
      return true;
    },

    keepTokens: (read, dataKey, refreshTokens) =>
      change(read, ({ revokedAtMs, confirmAtMs, ...kept }) => ({
        ...kept,
        status: 'connected',
        dataKey,
        refreshTokens: [...refreshTokens],
      })),

    markRevoked: (read, revokedAtMs, confirmAtMs) =>
      change(read, (current) => ({ ...current, status: 'revoked', revokedAtMs, confirmAtMs })),

    claimConfirmation: (read, confirmAtMs) =>
      change(read, (current) => ({ ...current, status: 'revoked', confirmAtMs })),

    eraseTokens: (read) =>
      change(read, ({ dataKey, confirmAtMs, ...kept }) => ({
        ...kept,
        status: 'revoked',
        refreshTokens: [],
      })),

    takeRefresh: async (userId, holder, nowMs, untilMs) => {
      const held = refreshes.get(userId);
      if (held && held.untilMs > nowMs && held.holder !== holder) return undefined;
      refreshes.set(userId, { holder, untilMs });
      return { untilMs: held?.untilMs ?? 0 };
    },

    endRefresh: async (userId, holder, untilMs = 0) => {
      if (refreshes.get(userId)?.holder !== holder) return false;
      refreshes.set(userId, { holder, untilMs });
      return true;
    },

    remove: async (userId) => {
      refreshes.delete(userId);
      connections.delete(userId);
    },
  };
}
