import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../../shared/clock.ts';
import type { JwtAuthorizer, RouteSpec } from '../template/api.ts';

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

type Keys = ReturnType<typeof createRemoteJWKSet>;

/**
 * The JWT authorizer of an HTTP API: RS256 only, keys of the issuer found by OpenID discovery, `iss`, `aud` (or
 * `client_id`), `exp`, `nbf`, `iat`, and the scopes of the route in `scope` or `scp`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function createAuthorizer(clock: Clock): Authorize {
  const keysByIssuer = new Map<string, Promise<Keys>>();

  function keysOf(issuer: string): Promise<Keys> {
    const known = keysByIssuer.get(issuer);
    if (known) return known;
    const keys = discoverKeys(issuer);
    keysByIssuer.set(issuer, keys);
    // An issuer that could not be reached is asked again next time.
    keys.catch(() => keysByIssuer.delete(issuer));
    return keys;
  }

  async function verify(token: string, { issuer, audience }: JwtAuthorizer): Promise<JWTPayload> {
    // AWS finds the key by its id, and refuses a token that names none.
    if (!decodeProtectedHeader(token).kid) throw new errors.JWTInvalid('the token has no kid');
    const { payload } = await jwtVerify(token, await keysOf(issuer), {
      algorithms: ['RS256'],
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

async function discoverKeys(issuer: string): Promise<Keys> {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const reply = await fetch(discovery, { signal: AbortSignal.timeout(5000) });
  if (!reply.ok) throw new Error(`${discovery} answered ${reply.status}`);
  const { jwks_uri: jwksUri } = (await reply.json()) as { jwks_uri: string };
  return createRemoteJWKSet(new URL(jwksUri));
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
  const description = error instanceof errors.JWTExpired ? 'the token has expired' : describe(error);
  return {
    status: 401,
    wwwAuthenticate: `Bearer scope="" error="invalid_token" error_description="${description}"`,
  };
}

function describe(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') return 'invalid issuer';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return 'the token does not have a valid audience';
  }
  if (error instanceof errors.JOSEError) return 'the token is invalid';
  return 'OIDC discovery endpoint communication error';
}
