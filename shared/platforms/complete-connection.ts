import { hash } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import {
  AuthorizationFailed,
  InvalidState,
  PlatformRateLimited,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../errors.ts';
import type { AskSpotify, SpotifyCall } from '../spotify/call.ts';
import { REQUIRED_SCOPES } from '../spotify/endpoints.ts';
import { ofOurDoing, unavailable } from '../spotify/replies.ts';
import { OwnProfileReply } from '../spotify/schemas.ts';
import type { TokenEndpoint } from '../spotify/token-endpoint.ts';
import type { WebApi } from '../spotify/web-api.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { ClaimedState, OAuthStateStore } from './oauth-state-store.ts';
import type { TokenKey, TokenVault } from './token-vault.ts';

/** As long as the back-off of one user. */
const RETRY_MS = 30_000;

interface CompleteConnectionDeps {
  states: OAuthStateStore;
  connections: ConnectionStore;
  vault: TokenVault;
  tokenEndpoint: TokenEndpoint;
  webApi: WebApi;
  clientId: string;
  redirectUri: string;
  clock: Clock;
  /** Deletes the user's cached list and makes every computation of it that is under way void. */
  forgetList: (userId: string) => Promise<unknown>;
}

/** What the exchange gave, as far as the rest needs it. */
const Grant = v.object({ accessToken: v.string(), refreshToken: v.string(), scopes: v.array(v.string()) });
type Grant = v.InferOutput<typeof Grant>;

/** One try to complete a connection. */
interface Attempt {
  by: ClaimedState;
  key: TokenKey;
  /** The key was made by this attempt: none before it can have kept anything. */
  isFirst: boolean;
  code: string;
  nowMs: number;
}

/**
 * Completes a connection with what the redirect brought: the code is exchanged, the account looked up, the tokens are
 * stored sealed, and what was cached of the account before is deleted.
 *
 * A code can be exchanged once. What it was exchanged for is kept sealed until all the rest has succeeded, at most as
 * long as its state, so that the same request, repeated after a failure that was not its own, goes on from there. Its
 * first repetition may come at once, all others wait for the pause that a failure of Spotify brings about.
 *
 * The list is forgotten on both sides of storing. After it, because a computation of the old connection may have
 * stored its list until then; once the new connection is there, none begins any more, and forgetting makes those under
 * way void. Before it, so that a crash between the two leaves no list of another account to be read.
 *
 * @throws InvalidState, AuthorizationFailed, PlatformScopeMissing, PlatformRateLimited, PlatformUnavailable,
 * StorageUnavailable, or the signal's reason.
 */
export function createCompleteConnection(deps: CompleteConnectionDeps) {
  const { states, connections, vault, tokenEndpoint, webApi, clientId, redirectUri, clock, forgetList } =
    deps;

  /** The claim, and the key that seals what it brings: no call of KMS stands between a token and its storage. */
  async function claim(userId: string, state: string, nowMs: number) {
    let made: TokenKey | undefined;
    const by = await states.claim(userId, state, nowMs, async () => {
      made = await vault.newKey(userId);
      return made.sealed;
    });
    const isOurs = made && Buffer.compare(made.sealed, by.dataKey) === 0;
    return { by, made: isOurs ? made : undefined };
  }

  /** The grant of an attempt before this one, or that of the code, which is then kept before anything else happens. */
  async function obtain({ by, key, isFirst, code }: Attempt, call: SpotifyCall): Promise<Grant> {
    const codeHash = hash('sha256', code, 'base64url');
    const kept = isFirst ? undefined : await states.kept(by);
    if (kept) {
      if (kept.codeHash !== codeHash) throw new InvalidState('the state was used with another code');
      return v.parse(Grant, JSON.parse(key.open(kept.sealed)));
    }
    // Not cut off by the caller's deadline: the code works once, and its reply must not be lost.
    const mayBegin = () => call.signal.throwIfAborted();
    const uncut = { usage: call.usage, signal: new AbortController().signal, mayBegin };
    const asked = { code, verifier: by.verifier, redirectUri };
    const { refreshToken, ...rest } = await tokenEndpoint.exchangeCode(asked, uncut);
    if (refreshToken === undefined) throw new AuthorizationFailed('Spotify gave no refresh token');
    requireScopes(rest.scopes);
    const grant = { ...rest, refreshToken };
    // Storage that fails here may be back when the connection itself is stored, which is all that counts.
    await exceptStorage(states.keep(by, { codeHash, sealed: key.seal(JSON.stringify(grant)) }));
    return grant;
  }

  async function readAccountIds({ accessToken }: Grant, call: SpotifyCall): Promise<string[]> {
    const renew = () => Promise.reject(ofOurDoing('unauthorized', 'Spotify refuses a new access token'));
    const session = webApi.open({ accessToken, renew, ...call });
    const { account_id, id } = await session.get('/v1/me', {}, OwnProfileReply);
    return [account_id, id].flatMap((known) => known ?? []);
  }

  async function store(attempt: Attempt, call: SpotifyCall): Promise<void> {
    const { by, key, nowMs } = attempt;
    const grant = await obtain(attempt, call);
    const [accountId, otherAccountId] = await readAccountIds(grant, call);
    if (accountId === undefined) throw unavailable('Spotify does not say whose account it is');
    await forgetList(by.userId);
    const consent = {
      accountId,
      otherAccountId,
      scopes: grant.scopes,
      clientId,
      authorizedAtMs: nowMs,
      dataKey: key.sealed,
      refreshToken: key.seal(grant.refreshToken),
    };
    const connected = await connections.connect(by.userId, consent, by);
    if (!connected) throw new InvalidState('the state was ended meanwhile');
  }

  /** What a failure leaves of the state; storage that fails here leaves the claim, which runs out by itself. */
  async function giveBack(by: ClaimedState, error: unknown, isAsked: boolean): Promise<unknown> {
    if (error instanceof AuthorizationFailed || error instanceof PlatformScopeMissing) {
      await exceptStorage(states.end(by));
    } else if (isAsked && (error instanceof PlatformUnavailable || error instanceof PlatformRateLimited)) {
      const pauseMs = Math.max(RETRY_MS, (error.retryAfterSeconds ?? 0) * 1000);
      await exceptStorage(states.postpone(by, clock.nowMs() + pauseMs));
      // The first repetition need not wait for the pause.
      return by.failures === 0 ? error : paused(error, Math.ceil(pauseMs / 1000));
    } else await exceptStorage(states.release(by));
    return error;
  }

  return async function completeConnection(
    userId: string,
    { code, state }: { code: string; state: string },
    nowMs: number,
    ask: AskSpotify,
  ): Promise<{ connectedAtMs: number }> {
    const { by, made } = await claim(userId, state, nowMs);
    let isAsked = false;
    try {
      if (by.connectedAtMs === undefined) {
        const key = made ?? (await vault.openKey(userId, by.dataKey));
        await ask((call) => {
          isAsked = true;
          return store({ by, key, isFirst: made !== undefined, code, nowMs }, call);
        });
      }
      await forgetList(userId);
      await states.end(by);
      await states.forgetKept(userId);
      return { connectedAtMs: by.connectedAtMs ?? nowMs };
    } catch (error) {
      throw await giveBack(by, error, isAsked);
    }
  };
}

function requireScopes(scopes: readonly string[]): void {
  const missing = REQUIRED_SCOPES.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) throw new PlatformScopeMissing(`the user did not grant ${missing.join(', ')}`);
}

function paused(error: PlatformUnavailable | PlatformRateLimited, retryAfterSeconds: number): Error {
  const options = { cause: error, retryAfterSeconds };
  return error instanceof PlatformRateLimited
    ? new PlatformRateLimited('Spotify limits what a connection needs', options)
    : new PlatformUnavailable('connecting failed again', options);
}

async function exceptStorage(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
  }
}
