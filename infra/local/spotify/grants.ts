import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { Journal } from './journal.ts';

const CODE_LIFE_MS = 10 * 60_000;
export const ACCESS_TOKEN_LIFE_SECONDS = 3600;
const CONSENT_LIFE_MONTHS = 6;
const MAX_CODES = 10_000;
const MAX_TOKENS = 100_000;

export interface AuthorizationCode {
  account: string;
  scope: string;
  redirectUri: string;
  /** S256; null when the authorization was asked without PKCE. */
  codeChallenge: string | null;
  expiresAtMs: number;
}

/** What a refresh token stands for: one consent of one account. Refreshing and rotating never prolong it. */
export interface Consent {
  account: string;
  scope: string;
  /** The account's generation at the exchange; see accounts.ts. */
  generation: number;
  expiresAtMs: number;
}

export interface AccessGrant {
  account: string;
  scopes: readonly string[];
  expiresAtMs: number;
}

/** What tokens begin with, as the real ones do. */
const REFRESH = 'AQ';
const ACCESS = 'BQ';

/** An access token that has expired is as good as one that never was. A refresh token says why it is refused. */
export function countsAsGrant(key: string, value: unknown, nowMs: number): boolean {
  return !key.startsWith(ACCESS) || (value as AccessGrant).expiresAtMs > nowMs;
}

/**
 * Authorization codes, refresh tokens and access tokens. The tokens are kept in the journal: users who were connected
 * before the stand-in ended still are, as with the real one.
 */
export function createGrants(clock: Clock, journal: Journal) {
  const codes = createBoundedMap<AuthorizationCode>(MAX_CODES);
  const consents = createBoundedMap<Consent>(MAX_TOKENS);
  const accessGrants = createBoundedMap<AccessGrant>(MAX_TOKENS);
  for (const [rest, consent] of journal.kept<Consent>(REFRESH)) consents.set(REFRESH + rest, consent);
  for (const [rest, grant] of journal.kept<AccessGrant>(ACCESS)) accessGrants.set(ACCESS + rest, grant);

  function issueRefreshToken(consent: Consent): string {
    const token = opaque(REFRESH, 96);
    consents.set(token, consent);
    journal.put(token, consent);
    return token;
  }

  return {
    issueCode(asked: Omit<AuthorizationCode, 'expiresAtMs'>): string {
      const code = opaque(REFRESH, 120);
      codes.set(code, { ...asked, expiresAtMs: clock.nowMs() + CODE_LIFE_MS });
      return code;
    },

    findCode: (code: string): AuthorizationCode | undefined => codes.get(code),

    /** A code is spent by the first exchange that tries it, whatever comes of it. */
    spendCode: (code: string): boolean => codes.delete(code),

    consent(
      { account, scope }: AuthorizationCode,
      generation: number,
    ): { refreshToken: string; consent: Consent } {
      const expiresAtMs = monthsAfter(clock.nowMs(), CONSENT_LIFE_MONTHS);
      const consent = { account, scope, generation, expiresAtMs };
      return { refreshToken: issueRefreshToken(consent), consent };
    },

    findConsent: (refreshToken: string): Consent | undefined => consents.get(refreshToken),

    /** The new token stands for the same consent; the old one is unknown from now on. */
    rotate(refreshToken: string, consent: Consent): string {
      consents.delete(refreshToken);
      journal.remove(refreshToken);
      return issueRefreshToken(consent);
    },

    issueAccessToken({ account, scope }: Consent): string {
      const token = opaque(ACCESS, 150);
      const expiresAtMs = clock.nowMs() + ACCESS_TOKEN_LIFE_SECONDS * 1000;
      const grant = { account, scopes: scope.split(' '), expiresAtMs };
      accessGrants.set(token, grant);
      journal.put(token, grant);
      return token;
    },

    findAccess: (accessToken: string): AccessGrant | undefined => accessGrants.get(accessToken),
  };
}

export type Grants = ReturnType<typeof createGrants>;

/** Whether `verifier` is what the S256 `challenge` was made from. */
export function provesChallenge(verifier: string, challenge: string): boolean {
  return hash('sha256', verifier, 'base64url') === challenge;
}

/** Prefixes and lengths are like the real ones. */
function opaque(prefix: string, bytes: number): string {
  return prefix + randomBytes(bytes).toString('base64url');
}

/** The same day and time some months later; the month's last day where it is too short. */
function monthsAfter(fromMs: number, months: number): number {
  const from = new Date(fromMs);
  const to = new Date(fromMs);
  to.setUTCMonth(from.getUTCMonth() + months);
  if (to.getUTCDate() !== from.getUTCDate()) to.setUTCDate(0);
  return to.getTime();
}
