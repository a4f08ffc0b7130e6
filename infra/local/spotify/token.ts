import type { Clock } from '../../../shared/clock.ts';
import type { Account, Accounts } from './accounts.ts';
import { ACCESS_TOKEN_LIFE_SECONDS, type Consent, type Grants, provesChallenge } from './grants.ts';
import { settingsAt, takeItsTime, tokenRefusal } from './modes.ts';
import { json, type Reply, type StandInRequest } from './replies.ts';

interface TokenEndpointParts {
  accounts: Accounts;
  grants: Grants;
  clock: Clock;
  clientId: string;
  clientSecret: string;
}

const FORM = /^application\/x-www-form-urlencoded\b/i;

/** `POST /api/token`: exchanges an authorization code, refreshes an access token. */
export function createTokenEndpoint({ accounts, grants, clock, clientId, clientSecret }: TokenEndpointParts) {
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

  return async function answerToken(request: StandInRequest): Promise<Reply> {
    const form = new URLSearchParams(FORM.test(request.headers['content-type'] ?? '') ? request.body : '');
    const account = accountOf(form);
    if (account) {
      accounts.count(account, 'token');
      const { settings: general, calls } = accounts.open(account);
      const settings = settingsAt(request.url.pathname, general);
      await takeItsTime(settings, clock, request.signal);
      const refusal = tokenRefusal(settings, calls.token);
      if (refusal) return refusal;
    }
    if (request.headers.authorization !== basic) return oauthError('invalid_client', 'Invalid client');
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return exchange(form);
      case 'refresh_token':
        return refresh(form);
      case null:
        return oauthError('unsupported_grant_type', 'grant_type parameter is missing');
      default:
        return oauthError('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token');
    }
  };

  /** Only a code or a refresh token says whose call it is. */
  function accountOf(form: URLSearchParams): string | undefined {
    const code = grants.findCode(form.get('code') ?? '');
    return (code ?? grants.findConsent(form.get('refresh_token') ?? ''))?.account;
  }

  function exchange(form: URLSearchParams): Reply {
    const value = form.get('code') ?? '';
    const code = grants.findCode(value);
    if (!code) return oauthError('invalid_grant', 'Invalid authorization code');
    grants.spendCode(value);
    if (code.expiresAtMs <= clock.nowMs()) return oauthError('invalid_grant', 'Authorization code expired');
    if (form.get('redirect_uri') !== code.redirectUri)
      return oauthError('invalid_grant', 'Invalid redirect URI');
    if (code.codeChallenge !== null) {
      const verifier = form.get('code_verifier');
      if (!verifier) return oauthError('invalid_request', 'code_verifier required');
      if (!provesChallenge(verifier, code.codeChallenge)) {
        return oauthError('invalid_grant', 'code_verifier was incorrect');
      }
    }
    const { refreshToken, consent } = grants.consent(code, accounts.open(code.account).generation);
    return tokens(consent, refreshToken);
  }

  function refresh(form: URLSearchParams): Reply {
    const refreshToken = form.get('refresh_token');
    if (!refreshToken) return oauthError('invalid_request', 'refresh_token must be supplied');
    const consent = grants.findConsent(refreshToken);
    if (!consent) return oauthError('invalid_grant', 'Invalid refresh token');
    const account = accounts.open(consent.account);
    const ended = endOf(consent, account);
    if (ended) return oauthError('invalid_grant', `Refresh token ${ended}`);
    return tokens(consent, account.settings.rotate ? grants.rotate(refreshToken, consent) : undefined);
  }

  /** A mode ends the consents given before it was set, and those only: a user who reconnects is let in. */
  function endOf(consent: Consent, { settings, generation }: Account): 'revoked' | 'expired' | undefined {
    if (consent.expiresAtMs <= clock.nowMs()) return 'expired';
    if (settings.mode !== 'revoked' && settings.mode !== 'expired') return undefined;
    return consent.generation < generation ? settings.mode : undefined;
  }

  function tokens(consent: Consent, refreshToken: string | undefined): Reply {
    return json(200, {
      access_token: grants.issueAccessToken(consent),
      token_type: 'Bearer',
      scope: consent.scope,
      expires_in: ACCESS_TOKEN_LIFE_SECONDS,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    });
  }
}

function oauthError(error: string, description: string): Reply {
  return json(400, { error, error_description: description });
}
