import type { Clock } from '../clock.ts';
import { PlatformNotConnected, PlatformRevoked } from '../errors.ts';
import type { TokenEndpoint, Tokens } from '../spotify/token-endpoint.ts';
import { unavailable } from '../spotify/unavailable.ts';
import type { SpotifyCall } from '../spotify/usage.ts';
import { untilAborted } from '../until-aborted.ts';
import type { Connection } from './connection.ts';
import type { ConnectionStore } from './connection-store.ts';
import { createTokenKeeper, type HeldTokens } from './token-keeper.ts';
import type { TokenVault } from './token-vault.ts';

/** Spotify once answered `invalid_grant` to everybody: tokens are only given up when it says so again after this. */
const CONFIRM_AFTER_MS = 10 * 60_000;
/** Another refresh may just have used the token up and be about to store its successor. */
const ROTATION_GRACE_MS = 300;
/** Each round begins with a state that somebody else wrote meanwhile. */
const MAX_ROUNDS = 5;

/** Access to a user's account, for one computation or sync. */
export interface Access {
  connection: Connection;
  accessToken: string;
  /** Another access token, when Spotify refuses this one. Throws what `RefreshAccess` throws. */
  renew(): Promise<string>;
  /**
   * To be called at the end, whatever it is: for some seconds tries to store a token that could not be stored. Storage
   * that does not answer is no error.
   */
  settle(): Promise<void>;
}

export interface RefreshAccessDeps {
  connections: ConnectionStore;
  vault: TokenVault;
  tokenEndpoint: TokenEndpoint;
  clock: Clock;
}

export type RefreshAccess = ReturnType<typeof createRefreshAccess>;

/**
 * Gets an access token by refreshing, which is also how a revoked consent is noticed: at the first `invalid_grant` the
 * connection is marked as revoked and nobody calls Spotify for the user; one attempt ten minutes later either confirms
 * it, which erases the tokens, or finds the consent alive. Nothing else that Spotify says counts as revoked.
 *
 * A refresh token that Spotify gives is stored before anything else happens; where two refreshes at once were both
 * given one, both are kept until it shows which works.
 *
 * @throws PlatformNotConnected, PlatformRevoked, PlatformRateLimited, PlatformUnavailable, StorageUnavailable, or the
 * signal's reason.
 */
export function createRefreshAccess(deps: RefreshAccessDeps) {
  const { connections, vault, tokenEndpoint, clock } = deps;
  const keeper = createTokenKeeper(deps);

  return async function refreshAccess(userId: string, call: SpotifyCall): Promise<Access> {
    const refused = new Set<string>();
    let held: HeldTokens | undefined;

    async function refresh(): Promise<Tokens> {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const connection = await claimAttempt(await readConnection(userId));
        if (!connection) continue;
        held = await hold(connection, held);
        const tokens = await tryTokens(held);
        if (tokens) return tokens;
        const latest = await changedMeanwhile(connection, call.signal);
        if (latest === connection && (await conclude(connection))) {
          throw new PlatformRevoked('Spotify refuses every refresh token of the user');
        }
      }
      throw unavailable('the connection changed faster than it could be used');
    }

    /** Tries the tokens in turn; undefined when each was refused as revoked, or the connection was replaced. */
    async function tryTokens(holding: HeldTokens): Promise<Tokens | undefined> {
      for (const refreshToken of holding.tokens) {
        if (refused.has(refreshToken)) continue;
        call.signal.throwIfAborted();
        try {
          return await untilAborted(refreshAndKeep(holding, refreshToken), call.signal);
        } catch (error) {
          if (!(error instanceof PlatformRevoked)) throw error;
          refused.add(refreshToken);
        }
      }
      return undefined;
    }

    /** Not cut off by the caller's deadline: the reply that nobody waits for may carry the only token that works. */
    async function refreshAndKeep(holding: HeldTokens, refreshToken: string): Promise<Tokens | undefined> {
      const uncut = new AbortController().signal;
      const tokens = await tokenEndpoint.refresh(refreshToken, { usage: call.usage, signal: uncut });
      const kept = await keeper.keep(holding, { used: refreshToken, received: tokens.refreshToken, refused });
      return kept ? tokens : undefined;
    }

    const { accessToken } = await refresh();
    return {
      // A refresh that worked held tokens.
      connection: (held as unknown as HeldTokens).connection,
      accessToken,
      renew: async () => (await refresh()).accessToken,
      settle: async () => {
        if (held) await keeper.settle(held);
      },
    };
  };

  async function readConnection(userId: string): Promise<Connection> {
    const connection = await connections.read(userId);
    if (!connection) throw new PlatformNotConnected('the user has no connection');
    return connection;
  }

  /** The connection if Spotify may be asked now; undefined when somebody else changed it, so that it must be read again. */
  async function claimAttempt(connection: Connection): Promise<Connection | undefined> {
    if (connection.refreshTokens.length === 0)
      throw new PlatformRevoked('the consent is known to be revoked');
    if (connection.status === 'connected') return connection;
    const nowMs = clock.nowMs();
    if (nowMs < (connection.confirmAtMs ?? 0))
      throw new PlatformRevoked('the consent was revoked a moment ago');
    return connections.claimConfirmation(connection, nowMs + CONFIRM_AFTER_MS);
  }

  /** The tokens in the clear. What could not be stored is held in memory alone, and goes on. */
  async function hold(connection: Connection, before: HeldTokens | undefined): Promise<HeldTokens> {
    if (before?.connection.connectionId === connection.connectionId)
      return keeper.refreshed(before, connection);
    if (!connection.dataKey) throw new PlatformRevoked('the consent is known to be revoked');
    const key = await vault.openKey(connection.userId, connection.dataKey);
    return { connection, key, tokens: connection.refreshTokens.map(key.open), unsaved: false };
  }

  /** The same connection if nobody wrote to it, now and a moment later; else what it has become. */
  async function changedMeanwhile(connection: Connection, signal: AbortSignal): Promise<Connection> {
    const unchanged = (latest: Connection) =>
      latest.connectionId === connection.connectionId && latest.tokenVersion === connection.tokenVersion;
    let latest = await readConnection(connection.userId);
    if (!unchanged(latest)) return latest;
    await clock.sleep(ROTATION_GRACE_MS, signal);
    latest = await readConnection(connection.userId);
    return unchanged(latest) ? connection : latest;
  }

  /** Writes down what was found out; false when the connection changed before that. */
  async function conclude(connection: Connection): Promise<boolean> {
    const nowMs = clock.nowMs();
    const written =
      connection.status === 'revoked'
        ? await connections.eraseTokens(connection, nowMs)
        : await connections.markRevoked(connection, nowMs, nowMs + CONFIRM_AFTER_MS);
    return written !== undefined;
  }
}
