import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { PlatformNotConnected, PlatformRevoked, StorageUnavailable } from '../errors.ts';
import type { SpotifyCall } from '../spotify/call.ts';
import { unavailable } from '../spotify/replies.ts';
import type { TokenEndpoint, Tokens } from '../spotify/token-endpoint.ts';
import type { Connection } from './connection.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { RevocationStorm } from './revocation-storm.ts';
import { createTokenKeeper, type HeldTokens } from './token-keeper.ts';
import type { TokenVault } from './token-vault.ts';

/** Spotify once answered `invalid_grant` to every application: tokens are only given up when it says so again after this. */
const CONFIRM_AFTER_MS = 10 * 60_000;
/** A refresh takes no longer: the call itself 5 s, then storing what it gave. A holder that died is replaced after it. */
const REFRESH_LEASE_MS = 10_000;
const WAIT_FOR_REFRESH_MS = 100;
/** Twice as long as a lease lasts. */
const MAX_WAITS = 200;
/** A holder whose lease ran out may have used the token up and be about to store its successor. */
const ROTATION_GRACE_MS = 300;
/** Each round begins with a state that another refresh wrote meanwhile. */
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
  storm: RevocationStorm;
  clock: Clock;
}

export type RefreshAccess = ReturnType<typeof createRefreshAccess>;

/**
 * Gets an access token by refreshing, which is also how a revoked consent is noticed: at the first `invalid_grant` the
 * connection is marked as revoked and Spotify is no longer called for the user; one attempt ten minutes later either confirms
 * it, which erases the tokens, or finds the consent alive. While so many consents are called revoked that it must be an
 * outage, confirmations wait. Nothing else that Spotify says counts as revoked.
 *
 * One refresh of a user runs at a time, under a lease that computations and syncs share, so that none finds its token
 * superseded by another. A refresh that has begun is seen to its end, whatever the signal says: a function that went on
 * without it could be frozen with the only token that works unread. So this settles up to 5 s, and the time of storing,
 * after the signal.
 *
 * A refresh token that Spotify gives is stored before anything else happens; where two refreshes at once were both
 * given one, because a lease ran out, both are kept until it shows which works.
 *
 * @throws PlatformNotConnected, PlatformRevoked, PlatformRateLimited, PlatformUnavailable, StorageUnavailable, or the
 * signal's reason.
 */
export function createRefreshAccess(deps: RefreshAccessDeps) {
  const { connections, vault, tokenEndpoint, storm, clock } = deps;
  const keeper = createTokenKeeper(deps);

  return async function refreshAccess(userId: string, call: SpotifyCall): Promise<Access> {
    const refused = new Set<string>();
    let held: HeldTokens | undefined;
    let running: Promise<unknown> = Promise.resolve();

    /** In the order of the calls: the renewal of a session must not overtake the refresh before it. */
    function refresh(): Promise<Tokens> {
      const next = running.then(refreshOnce, refreshOnce);
      running = next;
      return next;
    }

    async function refreshOnce(): Promise<Tokens> {
      mayRefresh(await readConnection(userId));
      const holder = randomUUID();
      await takeTurn(userId, holder, call.signal);
      try {
        return await refreshInTurn();
      } finally {
        await endTurn(userId, holder);
      }
    }

    async function refreshInTurn(): Promise<Tokens> {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const read = await readConnection(userId);
        const isProbe = await requireCalm(read);
        const connection = await claimAttempt(read);
        if (!connection) continue;
        held = await hold(connection, held);
        const tokens = await tryTokens(held);
        if (tokens) {
          if (isProbe) await storm.end();
          return tokens;
        }
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
          const tokens = await refreshAndKeep(holding, refreshToken);
          call.signal.throwIfAborted();
          return tokens;
        } catch (error) {
          if (!(error instanceof PlatformRevoked)) throw error;
          refused.add(refreshToken);
        }
      }
      return undefined;
    }

    /** Not cut off by the caller's deadline: a reply that comes too late may carry the only token that works. */
    async function refreshAndKeep(holding: HeldTokens, refreshToken: string): Promise<Tokens | undefined> {
      const uncut = { usage: call.usage, signal: new AbortController().signal, mayBegin: call.signal };
      const tokens = await tokenEndpoint.refresh(refreshToken, uncut);
      storm.succeeded();
      const kept = await keeper.keep(holding, { used: refreshToken, received: tokens.refreshToken, refused });
      return kept ? tokens : undefined;
    }

    async function settle(): Promise<void> {
      await running.catch(() => undefined);
      if (held) await keeper.settle(held);
    }

    const { accessToken } = await refresh().catch(async (error: unknown) => {
      await settle();
      throw error;
    });
    return {
      // A refresh that worked held tokens.
      connection: (held as unknown as HeldTokens).connection,
      accessToken,
      renew: async () => (await refresh()).accessToken,
      settle,
    };
  };

  async function readConnection(userId: string): Promise<Connection> {
    const connection = await connections.read(userId);
    if (!connection) throw new PlatformNotConnected('the user has no connection');
    return connection;
  }

  /** Waits until no other refreshes for the user. */
  async function takeTurn(userId: string, holder: string, signal: AbortSignal): Promise<void> {
    for (let waits = 0; waits < MAX_WAITS; waits += 1) {
      signal.throwIfAborted();
      const nowMs = clock.nowMs();
      if (await connections.takeRefresh(userId, holder, nowMs, nowMs + REFRESH_LEASE_MS)) return;
      await clock.sleep(WAIT_FOR_REFRESH_MS, signal);
    }
    throw unavailable('another refresh of the user does not end');
  }

  /** Storage that fails here lets the lease run out by itself. */
  async function endTurn(userId: string, holder: string): Promise<void> {
    try {
      await connections.endRefresh(userId, holder);
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
    }
  }

  /** @throws PlatformRevoked when that is known, so that Spotify need not be asked. */
  function mayRefresh({ refreshTokens, status, confirmAtMs = 0 }: Connection): void {
    if (refreshTokens.length === 0) throw new PlatformRevoked('the consent is known to be revoked');
    if (status === 'revoked' && clock.nowMs() < confirmAtMs)
      throw new PlatformRevoked('the consent was revoked a moment ago');
  }

  /** In a storm one confirmation at a time is tried. True for that one; the others wait. */
  async function requireCalm({ status }: Connection): Promise<boolean> {
    const verdict = status === 'revoked' ? await storm.mayConfirm() : 'yes';
    if (verdict === 'no') throw new PlatformRevoked('the confirmation waits until a storm is over');
    return verdict === 'probe';
  }

  /** The connection if Spotify may be asked now; undefined when it changed meanwhile, so that it must be read again. */
  async function claimAttempt(connection: Connection): Promise<Connection | undefined> {
    mayRefresh(connection);
    if (connection.status === 'connected') return connection;
    return connections.claimConfirmation(connection, clock.nowMs() + CONFIRM_AFTER_MS);
  }

  /** The tokens in the clear. What could not be stored is held in memory alone, and goes on. */
  async function hold(connection: Connection, before: HeldTokens | undefined): Promise<HeldTokens> {
    if (before?.connection.connectionId === connection.connectionId)
      return keeper.refreshed(before, connection);
    if (!connection.dataKey) throw new PlatformRevoked('the consent is known to be revoked');
    const key = await vault.openKey(connection.userId, connection.dataKey);
    return { connection, key, tokens: connection.refreshTokens.map(key.open), unsaved: false };
  }

  /** The same connection if it was not written to, now and a moment later; else what it has become. */
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
    const isCalm = await storm.refused();
    const nowMs = clock.nowMs();
    if (connection.status === 'connected')
      return (await connections.markRevoked(connection, nowMs, nowMs + CONFIRM_AFTER_MS)) !== undefined;
    // Nothing is erased on the word of an outage: the tokens stay for a later confirmation.
    return !isCalm || (await connections.eraseTokens(connection, nowMs)) !== undefined;
  }
}
