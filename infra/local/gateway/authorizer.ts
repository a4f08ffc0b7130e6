import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../../shared/clock.ts';
import type { JwtAuthorizer, RouteSpec } from '../template/api.ts';
import { createIssuerKeys, IssuerUnreachable } from './issuer-keys.ts';

/** What a function learns of the token. */
export interface Authorization {
  /** Every value is text, as from AWS. */
  readonly claims: Record<string, string>;
  /** The scopes of the route that the token carries; null for a route that asks for none. */
  readonly scopes: string[] | null;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly wwwAuthenticate: string;
}

export type Authorize = (
  route: RouteSpec,
  header: string | undefined,
) => Promise<Authorization | Refusal | undefined>;

/** Signatures by RSA alone. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/**
 * The JWT authorizer of an HTTP API: keys of the issuer found by OpenID discovery, `iss`, `aud` (or
 * `client_id`), `exp`, `nbf`, `iat`, and the scopes of the route in `scope` or `scp`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function createAuthorizer(clock: Clock): Authorize {
  const keysOf = createIssuerKeys();

  async function verify(token: string, { issuer, audience }: JwtAuthorizer): Promise<JWTPayload> {
    requireKeyId(token);
    const { payload } = await jwtVerify(token, await keysOf(issuer), {
      algorithms: ALGORITHMS,
      issuer,
      currentDate: new Date(clock.nowMs()),
      requiredClaims: ['exp'],
    });
    requireAudience(payload, audience);
    requirePast(payload, clock.nowMs());
    return payload;
  }

  return async ({ authorizer, scopes }, header) => {
    if (!authorizer) return undefined;
    if (!header) return { status: 401, wwwAuthenticate: 'Bearer' };
    try {
      const payload = await verify(header.replace(/^bearer\s+/i, ''), authorizer);
      const granted = scopesOf(payload).filter((scope) => scopes.includes(scope));
      if (scopes.length > 0 && granted.length === 0) return insufficientScope(scopes);
      return { claims: textClaims(payload), scopes: scopes.length > 0 ? granted : null };
    } catch (error) {
      return invalidToken(error);
    }
  };
}

/** AWS finds the key by its id, and refuses a token that names none. What is no token names none. */
function requireKeyId(token: string): void {
  let header: { kid?: string };
  try {
    header = decodeProtectedHeader(token);
  } catch (cause) {
    throw new errors.JWTInvalid('the token cannot be read', { cause });
  }
  if (!header.kid) throw new errors.JWTInvalid('the token has no kid');
}

/** `client_id` counts only where there is no `aud`. */
function requireAudience(payload: JWTPayload, accepted: readonly string[]): void {
  const given = [payload.aud ?? payload.client_id ?? []].flat();
  if (given.some((audience) => accepted.includes(String(audience)))) return;
  throw new errors.JWTClaimValidationFailed('the token does not have a valid audience', payload, 'aud');
}

function requirePast(payload: JWTPayload, nowMs: number): void {
  if (payload.iat === undefined || payload.iat * 1000 <= nowMs) return;
  throw new errors.JWTClaimValidationFailed('the token was issued in the future', payload, 'iat');
}

function scopesOf(payload: JWTPayload): string[] {
  const { scope, scp } = payload as { scope?: unknown; scp?: unknown };
  return [scope ?? scp ?? []].flat().flatMap((text) => String(text).split(' '));
}

/** Numbers and booleans become text, lists `[a b]`. */
function textClaims(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => {
      if (Array.isArray(value)) return [name, `[${value.join(' ')}]`];
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}

function insufficientScope(scopes: readonly string[]): Refusal {
  const description = 'the token does not have a required scope';
  return {
    status: 403,
    wwwAuthenticate: `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="${description}"`,
  };
}

function invalidToken(error: unknown): Refusal {
  return {
    status: 401,
    wwwAuthenticate: `Bearer scope="" error="invalid_token" error_description="${describe(error)}"`,
  };
}

function describe(error: unknown): string {
  if (error instanceof IssuerUnreachable) return error.message;
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') return 'invalid issuer';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return 'the token does not have a valid audience';
  }
  return 'the token is invalid';
}
