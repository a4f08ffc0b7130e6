import { hash } from 'node:crypto';
import * as v from 'valibot';
import type { ArtistsCache } from '../cache/artists-cache.ts';
import type { ComputationStore } from '../cache/computation-store.ts';
import type { Clock } from '../clock.ts';
import {
  ApplicationTrouble,
  AuthorizationFailed,
  InvalidState,
  PlatformRateLimited,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../errors.ts';
import type { SpotifyCall } from '../spotify/call.ts';
import { authorizationUrl, newVerifier, REQUIRED_SCOPES } from '../spotify/endpoints.ts';
import { unavailable } from '../spotify/replies.ts';
import { OwnProfileReply } from '../spotify/schemas.ts';
import type { TokenEndpoint } from '../spotify/token-endpoint.ts';
import type { WebApi } from '../spotify/web-api.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { ClaimedState, Exchanged, OAuthStateStore } from './oauth-state-store.ts';
import type { TokenKey, TokenVault } from './token-vault.ts';

interface ConnectDeps {
  states: OAuthStateStore;
  clientId: string;
  accountsUrl: string;
  redirectUri: string;
}

/** Begins a connection: where the user consents, and the state by which the consent is recognised for 10 minutes. */
export function createConnect({ states, clientId, accountsUrl, redirectUri }: ConnectDeps) {
  return async function connect(userId: string, nowMs: number) {
    const verifier = newVerifier();
    const { state, expiresAtMs } = await states.begin(userId, verifier, nowMs);
    return {
      authorizationUrl: authorizationUrl({ accountsUrl, clientId, redirectUri, state, verifier }),
      state,
      expiresAtMs,
    };
  };
}

/** As long as the back-off of one user. */
const RETRY_MS = 30_000;

interface CompleteConnectionDeps {
  states: OAuthStateStore;
  connections: ConnectionStore;
  vault: TokenVault;
  tokenEndpoint: TokenEndpoint;
  webApi: WebApi;
  redirectUri: string;
  clock: Clock;
  /** Deletes the user's cached list and makes every computation of it that is under way void. */
  forgetList: (userId: string) => Promise<unknown>;
}

/** What the exchange gave, as far as the rest needs it. */
const Grant = v.object({ accessToken: v.string(), refreshToken: v.string(), scopes: v.array(v.string()) });
type Grant = v.InferOutput<typeof Grant>;

/**
 * Completes a connection with what the redirect brought: the code is exchanged, the account looked up, the tokens are
 * stored sealed, and what was cached of the account before is deleted.
 *
 * A code can be exchanged once. What it was exchanged for is kept sealed beside the state until all the rest has
 * succeeded, so that the same request, repeated after a failure that was not its own, goes on from there.
 *
 * The list is forgotten on both sides of storing. After it, because a computation of the old connection may have
 * stored its list until then; once the new connection is there, none begins any more, and forgetting makes those under
 * way void. Before it, so that a crash between the two leaves no list of another account to be read.
 *
 * @throws InvalidState, AuthorizationFailed, PlatformScopeMissing, PlatformRateLimited, PlatformUnavailable,
 * StorageUnavailable, or the signal's reason.
 */
export function createCompleteConnection(deps: CompleteConnectionDeps) {
  const { states, connections, vault, tokenEndpoint, webApi, redirectUri, clock, forgetList } = deps;

  async function readAccountIds({ accessToken }: Grant, call: SpotifyCall): Promise<string[]> {
    const renew = () =>
      Promise.reject(
        unavailable('Spotify refuses a new access token', { cause: new ApplicationTrouble('unauthorized') }),
      );
    const session = webApi.open({ accessToken, renew, ...call });
    const { account_id, id } = await session.get('/v1/me', {}, OwnProfileReply);
    return [account_id, id].flatMap((known) => known ?? []);
  }

  /** The grant of an attempt before this one, or that of the code, which is then kept before anything else happens. */
  async function obtain(by: ClaimedState, code: string, call: SpotifyCall): Promise<[Grant, TokenKey]> {
    const codeHash = hash('sha256', code, 'base64url');
    if (by.exchanged) return resume(by, by.exchanged, codeHash);
    // Before the exchange: no call of KMS stands between a token and its storage.
    const key = await vault.newKey(by.userId);
    call.signal.throwIfAborted();
    // Not cut off by the caller's deadline: the code works once, and its reply must not be lost.
    const uncut = { usage: call.usage, signal: new AbortController().signal, mayBegin: call.signal };
    const asked = { code, verifier: by.verifier, redirectUri };
    const { refreshToken, ...rest } = await tokenEndpoint.exchangeCode(asked, uncut);
    if (refreshToken === undefined) throw new AuthorizationFailed('Spotify gave no refresh token');
    requireScopes(rest.scopes);
    const grant = { ...rest, refreshToken };
    await keepGrant(by, { codeHash, dataKey: key.sealed, sealed: key.seal(JSON.stringify(grant)) });
    return [grant, key];
  }

  async function resume(by: ClaimedState, { codeHash, dataKey, sealed }: Exchanged, askedHash: string) {
    if (codeHash !== askedHash) throw new InvalidState('the state was used with another code');
    const key = await vault.openKey(by.userId, dataKey);
    return [v.parse(Grant, JSON.parse(key.open(sealed))), key] as [Grant, TokenKey];
  }

  /** Storage that fails here may be back when the connection itself is stored, which is all that counts. */
  async function keepGrant(by: ClaimedState, exchanged: Exchanged): Promise<void> {
    try {
      if (!(await states.keep(by, exchanged))) throw new InvalidState('the state was ended meanwhile');
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
    }
  }

  async function store(by: ClaimedState, code: string, nowMs: number, call: SpotifyCall) {
    const [grant, key] = await obtain(by, code, call);
    const [accountId, otherAccountId] = await readAccountIds(grant, call);
    if (accountId === undefined) throw unavailable('Spotify does not say whose account it is');
    await forgetList(by.userId);
    const consent = {
      accountId,
      otherAccountId,
      scopes: grant.scopes,
      authorizedAtMs: nowMs,
      dataKey: key.sealed,
      refreshToken: key.seal(grant.refreshToken),
    };
    const connected = await connections.connect(by.userId, consent, by);
    if (!connected) throw new InvalidState('the state was ended meanwhile');
  }

  /** What the failure leaves of the state. Storage that fails here leaves the claim, which runs out by itself. */
  async function giveBack(by: ClaimedState, error: unknown): Promise<void> {
    try {
      if (error instanceof AuthorizationFailed || error instanceof PlatformScopeMissing) await states.end(by);
      else if (error instanceof PlatformUnavailable || error instanceof PlatformRateLimited) {
        const waitMs = Math.max(RETRY_MS, (error.retryAfterSeconds ?? 0) * 1000);
        await states.postpone(by, clock.nowMs() + waitMs);
      } else await states.release(by);
    } catch (failure) {
      if (!(failure instanceof StorageUnavailable)) throw failure;
    }
  }

  return async function completeConnection(
    userId: string,
    { code, state }: { code: string; state: string },
    nowMs: number,
    call: SpotifyCall,
  ): Promise<{ connectedAtMs: number }> {
    const by = await states.claim(userId, state, nowMs);
    try {
      if (by.connectedAtMs === undefined) await store(by, code, nowMs, call);
      await forgetList(userId);
      await states.end(by);
      return { connectedAtMs: by.connectedAtMs ?? nowMs };
    } catch (error) {
      await giveBack(by, error);
      throw error;
    }
  };
}

function requireScopes(scopes: readonly string[]): void {
  const missing = REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) throw new PlatformScopeMissing(`the user did not grant ${missing.join(', ')}`);
}

interface DisconnectDeps {
  connections: ConnectionStore;
  /** Deletes the user's cached list and makes every computation of it that is under way void. */
  forgetList: (userId: string) => Promise<unknown>;
}

/**
 * Forgets all that came from the platform: connection, tokens and plays, which are one item, then the cached list.
 *
 * In this order: once the connection is gone no computation can begin, and those under way become void with the list,
 * so that nothing can bring it back. A crash between the two leaves a list but no connection; the user, who has no
 * answer, asks again, and both steps may be repeated. The other way round a computation could begin between the two
 * and store a list that would never be deleted.
 */
export function createDisconnect({ connections, forgetList }: DisconnectDeps) {
  return async function disconnect(userId: string): Promise<void> {
    await connections.remove(userId);
    await forgetList(userId);
  };
}

/**
 * Forgets everything cached for a user: back-off and lease, then the list. In this order, because deleting the list is
 * what makes every computation in flight void: a computation that begins between the two is refused with the others,
 * and what it may still write of its failure, it learned from the connection as it is now. A crash between the two
 * leaves the list, and the caller, who has no answer yet, asks again.
 */
export async function forgetList(
  deps: {
    cache: ArtistsCache;
    computations: ComputationStore;
    clock: Pick<Clock, 'nowMs'>;
  },
  userId: string,
): Promise<void> {
  await deps.computations.forget(userId);
  await deps.cache.invalidateUser(userId, deps.clock.nowMs());
}
