import { hash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../../shared/clock.ts';
import { createBoundedMap } from './bounded-map.ts';

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
  scopes: ReadonlySet<string>;
  expiresAtMs: number;
}

/**
 * Authorization codes, refresh tokens and access tokens, in memory. Those of refresh outlive the stand-in when there is
 * a file to keep them in, however it ended: who was connected yesterday still is, as with the real one.
 */
export function createGrants(clock: Clock, keptIn?: string) {
  const codes = createBoundedMap<AuthorizationCode>(MAX_CODES);
  const consents = createBoundedMap<Consent>(MAX_TOKENS);
  for (const [token, consent] of readKept(keptIn)) consents.set(token, consent);
  const journal = openJournal(keptIn, consents.entries());
  const accessGrants = createBoundedMap<AccessGrant>(MAX_TOKENS);

  function issueRefreshToken(consent: Consent): string {
    const token = opaque('AQ', 96);
    consents.set(token, consent);
    journal.add([token, consent]);
    return token;
  }

  return {
    issueCode(asked: Omit<AuthorizationCode, 'expiresAtMs'>): string {
      const code = opaque('AQ', 120);
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
      journal.add([refreshToken]);
      return issueRefreshToken(consent);
    },

    issueAccessToken({ account, scope }: Consent): string {
      const token = opaque('BQ', 150);
      accessGrants.set(token, {
        account,
        scopes: new Set(scope.split(' ')),
        expiresAtMs: clock.nowMs() + ACCESS_TOKEN_LIFE_SECONDS * 1000,
      });
      return token;
    },

    findAccess: (accessToken: string): AccessGrant | undefined => accessGrants.get(accessToken),
  };
}

/** A line each: a refresh token with its consent, or alone once it is gone. */
type JournalLine = [token: string, consent?: Consent];

/** Writes the file anew with what there is, then each change before it is answered: no end of the process loses one. */
function openJournal(path: string | undefined, entries: readonly [string, Consent][]) {
  const text = (lines: readonly JournalLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  if (path) writeFileSync(path, text(entries), { mode: 0o600 });
  return {
    add(line: JournalLine): void {
      if (path) appendFileSync(path, text([line]));
    },
  };
}

function readKept(path: string | undefined): Map<string, Consent> {
  const kept = new Map<string, Consent>();
  if (!path || !existsSync(path)) return kept;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [token, consent] = parseLine(line) ?? [];
    if (typeof token !== 'string') continue;
    // The modes of accounts begin anew, and with them their generations.
    if (consent) kept.set(token, { ...consent, generation: 0 });
    else kept.delete(token);
  }
  return kept;
}

/** The last line may be cut off in the middle: its change was not answered. */
function parseLine(line: string): JournalLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return Array.isArray(parsed) ? (parsed as JournalLine) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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
