import { randomUUID } from 'node:crypto';
import { PlatformNotConnected, PlatformRevoked, StorageUnavailable } from '../errors.ts';
import type { SpotifyCall } from '../spotify/call.ts';
import { ofOurDoing, unavailable } from '../spotify/replies.ts';
import type { TokenEndpoint, Tokens } from '../spotify/token-endpoint.ts';
import type { Connection } from './connection.ts';
import { createRefreshTurns, type Turn, type TurnDeps } from './refresh-turn.ts';
import type { RevocationStorm } from './revocation-storm.ts';
import { createTokenKeeper, type HeldTokens } from './token-keeper.ts';
import type { TokenKey, TokenVault } from './token-vault.ts';

/** Spotify once answered `invalid_grant` to every application: tokens are only given up when it says so again after this. */
const CONFIRM_AFTER_MS = 10 * 60_000;
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

export interface RefreshAccessDeps extends TurnDeps {
  vault: TokenVault;
  tokenEndpoint: TokenEndpoint;
  storm: RevocationStorm;
  /** Of our application: a refresh token works for the one that it was given to. */
  clientId: string;
}

export type RefreshAccess = ReturnType<typeof createRefreshAccess>;

/** What opens the tokens of a connection, got before the turn to refresh is taken. */
interface Prepared {
  connectionId: string;
  key: TokenKey;
}

/**
 * Gets an access token by refreshing, which is also how a revoked consent is noticed: at the first `invalid_grant` the
 * connection is marked as revoked and Spotify is no longer called for the user; one attempt ten minutes later either confirms
 * it, which erases the tokens, or finds the consent alive. While so many consents are called revoked that it must be an
 * outage, confirmations wait. Nothing else that Spotify says counts as revoked.
 *
 * One refresh of a user runs at a time, in turns that computations and syncs share, so that none finds its token
 * superseded by another. A refresh that has begun is seen to its end, whatever the signal says: a function that went on
 * without it could be frozen with the only token that works unread. So this settles up to 5 s, and the time of storing,
 * after the signal.
 *
 * A refresh token that Spotify gives is stored before anything else happens; where two refreshes at once were both
 * given one, because a turn ran out, both are kept until it shows which works. One that cannot be stored keeps the turn,
 * and is tried to be stored until the end of the invocation.
 *
 * @throws PlatformNotConnected, PlatformRevoked, PlatformRateLimited, PlatformUnavailable, StorageUnavailable, or the
 * signal's reason.
 */
export function createRefreshAccess(deps: RefreshAccessDeps) {
  const { connections, vault, tokenEndpoint, storm, clientId, clock } = deps;
  const keeper = createTokenKeeper(deps);
  const turns = createRefreshTurns(deps);

  return async function refreshAccess(userId: string, call: SpotifyCall): Promise<Access> {
    const holder = randomUUID();
    const refused = new Set<string>();
    let held: HeldTokens | undefined;
    let running: Promise<unknown> = Promise.resolve();
    let saving: Promise<unknown> = Promise.resolve();

    /** In the order of the calls: the renewal of a session must not overtake the refresh before it. */
    function refresh(): Promise<Tokens> {
      const next = running.then(refreshOnce, refreshOnce);
      running = next;
      return next;
    }

    async function refreshOnce(): Promise<Tokens> {
      await saving;
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const prepared = await prepare();
        const turn = await turns.take(userId, holder, call.signal);
        try {
          const tokens = await refreshInTurn(turn, prepared);
          if (tokens) return tokens;
        } finally {
          if (held?.unsaved) saving = save(held, turn);
          else await turns.end(turn);
        }
      }
      throw new StorageUnavailable('the connection changed faster than it could be used', {
        retryAfterSeconds: 1,
      });
    }

    /** Everything of our own that may be slow, before others have to wait for it. */
    async function prepare(): Promise<Prepared> {
      const connection = await readConnection(userId);
      const { connectionId, dataKey } = connection;
      mayRefresh(connection);
      requireOurs(connection);
      if (!dataKey) throw new PlatformRevoked('the consent is known to be revoked');
      const isHeld = held?.connection.connectionId === connectionId;
      const [key] = await Promise.all([
        isHeld && held ? held.key : vault.openKey(userId, dataKey),
        tokenEndpoint.prepare(),
      ]);
      return { connectionId, key };
    }

    /** Undefined when the connection has become another, or another refresh was faster. */
    async function refreshInTurn(turn: Turn, { connectionId, key }: Prepared): Promise<Tokens | undefined> {
      const read = await readConnection(userId);
      if (read.connectionId !== connectionId) return undefined;
      const isProbe = await requireCalm(read);
      const connection = await claimAttempt(read);
      if (!connection) return undefined;
      held = hold(connection, key);
      const tokens = await tryTokens(held, turn);
      if (tokens) {
        if (isProbe) await storm.end();
        return tokens;
      }
      if (await hasChanged(connection)) return undefined;
      if (turns.isInDoubt(turn))
        throw unavailable('a refresh before this one may not have stored its token yet');
      if (!(await conclude(connection))) return undefined;
      turn.abandonedAtMs = 0;
      throw new PlatformRevoked('Spotify refuses every refresh token of the user');
    }

    /** Tries the tokens in turn; undefined when each was refused as revoked, or the connection was replaced. */
    async function tryTokens(holding: HeldTokens, turn: Turn): Promise<Tokens | undefined> {
      for (const refreshToken of holding.tokens) {
        if (refused.has(refreshToken)) continue;
        call.signal.throwIfAborted();
        await turns.prolong(turn);
        try {
          const tokens = await refreshAndKeep(holding, refreshToken, turn);
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
    async function refreshAndKeep(
      holding: HeldTokens,
      refreshToken: string,
      turn: Turn,
    ): Promise<Tokens | undefined> {
      const mayBegin = () => {
        call.signal.throwIfAborted();
        turns.requireTime(turn);
      };
      const uncut = { usage: call.usage, signal: new AbortController().signal, mayBegin };
      const tokens = await tokenEndpoint.refresh(refreshToken, uncut);
      turn.abandonedAtMs = 0;
      storm.succeeded();
      const kept = await keeper.keep(holding, { used: refreshToken, received: tokens.refreshToken, refused });
      return kept ? tokens : undefined;
    }

    /** The tokens in the clear. What could not be stored is held in memory alone, and goes on. */
    function hold(connection: Connection, key: TokenKey): HeldTokens {
      if (held?.connection.connectionId === connection.connectionId)
        return keeper.refreshed(held, connection);
      return { connection, key, tokens: connection.refreshTokens.map(key.open), unsaved: false };
    }

    /** Others refresh again once the token is stored; one that never is leaves a turn that nothing ended. */
    async function save(holding: HeldTokens, turn: Turn): Promise<void> {
      await keeper.settle(holding);
      if (!holding.unsaved) await turns.end(turn);
    }

    async function settle(): Promise<void> {
      await running.catch(() => undefined);
      await saving;
      if (held) await keeper.saveOnce(held);
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

  /** @throws PlatformRevoked when that is known, so that Spotify need not be asked. */
  function mayRefresh({ refreshTokens, status, confirmAtMs = 0 }: Connection): void {
    if (refreshTokens.length === 0) throw new PlatformRevoked('the consent is known to be revoked');
    if (status === 'revoked' && clock.nowMs() < confirmAtMs)
      throw new PlatformRevoked('the consent was revoked a moment ago');
  }

  /** To another application Spotify would call every token revoked: what is wrong then are our credentials. */
  function requireOurs(connection: Connection): void {
    if (connection.clientId === undefined || connection.clientId === clientId) return;
    throw ofOurDoing('other_application', 'the connection was made by another application of ours');
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

  /** Whether the connection was written to, by now or a moment later. */
  async function hasChanged({ userId, connectionId, tokenVersion }: Connection): Promise<boolean> {
    for (const waitMs of [0, ROTATION_GRACE_MS]) {
      if (waitMs > 0) await clock.sleep(waitMs);
      const latest = await readConnection(userId);
      if (latest.connectionId !== connectionId || latest.tokenVersion !== tokenVersion) return true;
    }
    return false;
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
