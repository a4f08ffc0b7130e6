import * as v from 'valibot';
import type { Clock } from '../clock.ts';
import { ApplicationTrouble, AuthorizationFailed, PlatformRevoked } from '../errors.ts';
import { type SpotifyCall, sendRequest } from './call.ts';
import type { ClientCredentials, CredentialSource } from './client-credentials.ts';
import { REQUIRED_SCOPES } from './endpoints.ts';
import {
  ofOurDoing,
  parseJson,
  parseReply,
  rateLimited,
  type SpotifyReply,
  toldToWaitSeconds,
  unavailable,
} from './replies.ts';
import { TokenErrorReply, TokensReply } from './schemas.ts';

/** What the token endpoint gives. Kept in memory and passed on, never logged. */
export interface Tokens {
  accessToken: string;
  /** Absent on most refreshes: then the one that was used goes on. */
  refreshToken: string | undefined;
  scopes: string[];
}

export type TokenEndpoint = ReturnType<typeof createTokenEndpoint>;

/**
 * Spotify's token endpoint (RFC 6749, 5 and 6). One call each, never repeated: during an outage every attempt of a
 * user costs a single call, and a rotated token cannot get lost between two tries.
 *
 * Both functions throw PlatformRateLimited, PlatformUnavailable (with `ApplicationTrouble` as its cause when it is our
 * doing), StorageUnavailable (the credentials cannot be read), or the signal's reason.
 */
export function createTokenEndpoint(deps: {
  accountsUrl: string;
  credentials: CredentialSource;
  clock: Clock;
  timeoutMs?: number;
}) {
  const url = new URL(`${deps.accountsUrl}/api/token`);

  async function post(form: Record<string, string>, call: SpotifyCall): Promise<SpotifyReply> {
    const credentials = await deps.credentials.read();
    call.mayBegin?.();
    const reply = await postAs(credentials, form, call);
    if (errorOf(reply) !== 'invalid_client') return reply;
    // Our secret may have been rotated since this instance read it.
    const renewed = await deps.credentials.readAfterRefusal(credentials);
    if (!renewed) return reply;
    call.mayBegin?.();
    return postAs(renewed, form, call);
  }

  function postAs(credentials: ClientCredentials, form: Record<string, string>, call: SpotifyCall) {
    const { clientId, clientSecret } = credentials;
    const request = {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form).toString(),
    } as const;
    return sendRequest(url, request, call, deps.timeoutMs);
  }

  /** What every refusal means but `invalid_grant`, which depends on what was asked. */
  function refusal(reply: SpotifyReply, { usage }: SpotifyCall): Error {
    if (reply.status === 429) {
      usage.rateLimited += 1;
      return rateLimited(reply, 'token', deps.clock.nowMs());
    }
    usage.failures += 1;
    const error = errorOf(reply);
    if (error === 'invalid_client') {
      return ofOurDoing('invalid_client', 'Spotify refuses our client id and secret', 'token');
    }
    const cause = error === undefined ? undefined : new ApplicationTrouble('request_refused');
    const toldSeconds = toldToWaitSeconds(reply, deps.clock.nowMs());
    const circumstances = { cause, bucket: 'token', toldSeconds } as const;
    return unavailable(`the token endpoint of Spotify answered ${reply.status}`, circumstances);
  }

  function tokensOf(reply: SpotifyReply, { usage }: SpotifyCall): Tokens {
    try {
      return asTokens(parseReply(TokensReply, reply.body, 'token'));
    } catch (error) {
      usage.failures += 1;
      throw error;
    }
  }

  return {
    /** Reads our credentials, where that may still take its time. */
    prepare: (): Promise<unknown> => deps.credentials.read(),

    /** @throws AuthorizationFailed when Spotify refuses the code. */
    async exchangeCode(
      { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
      call: SpotifyCall,
    ): Promise<Tokens> {
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      };
      const reply = await post(form, call);
      if (reply.status === 200) return tokensOf(reply, call);
      if (isInvalidGrant(reply)) throw new AuthorizationFailed('Spotify refuses the authorization code');
      throw refusal(reply, call);
    },

    /** @throws PlatformRevoked on `invalid_grant`, and on nothing else. */
    async refresh(refreshToken: string, call: SpotifyCall): Promise<Tokens> {
      const reply = await post({ grant_type: 'refresh_token', refresh_token: refreshToken }, call);
      if (reply.status === 200) return tokensOf(reply, call);
      if (isInvalidGrant(reply)) {
        call.usage.revocations += 1;
        throw new PlatformRevoked('Spotify refuses the refresh token');
      }
      throw refusal(reply, call);
    },
  };
}

/** The `error` of a refusal; undefined when the reply is something else, such as a page of a proxy. */
function errorOf({ status, body }: SpotifyReply): string | undefined {
  if (status < 400 || status >= 500) return undefined;
  const parsed = v.safeParse(TokenErrorReply, parseJson(body));
  return parsed.success ? parsed.output.error : undefined;
}

const isInvalidGrant = (reply: SpotifyReply) => reply.status === 400 && errorOf(reply) === 'invalid_grant';

/** A reply without `scope` grants what was asked for (RFC 6749, 5.1). */
function asTokens(reply: v.InferOutput<typeof TokensReply>): Tokens {
  const scopes = reply.scope.split(/\s+/).filter(Boolean);
  return {
    accessToken: reply.access_token,
    refreshToken: reply.refresh_token || undefined,
    scopes: scopes.length > 0 ? scopes : [...REQUIRED_SCOPES],
  };
}
