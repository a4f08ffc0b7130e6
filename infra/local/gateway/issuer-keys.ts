import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

/** The issuer does not answer in time, or not as it should: no fault of the token. */
export class IssuerUnreachable extends Error {}

/** Quotas of an HTTP API, for discovery document and key set alike. */
const ISSUER_TIMEOUT_MS = 1_500;
const KEY_SET_LIMIT_BYTES = 150_000;

/**
 * Finds the keys of issuers by OpenID discovery, and keeps them.
 *
 * @throws IssuerUnreachable with the words of AWS
 */
export function createIssuerKeys(): (issuer: string) => Promise<JWTVerifyGetKey> {
  const keysByIssuer = new Map<string, Promise<JWTVerifyGetKey>>();
  return (issuer) => {
    const known = keysByIssuer.get(issuer);
    if (known) return known;
    const keys = discover(issuer);
    keysByIssuer.set(issuer, keys);
    // An issuer that could not be reached is asked again next time.
    keys.catch(() => keysByIssuer.delete(issuer));
    return keys;
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  try {
    const reply = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
    });
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    const { jwks_uri: jwksUri } = (await reply.json()) as { jwks_uri: string };
    return keySetAt(new URL(jwksUri));
  } catch (cause) {
    throw new IssuerUnreachable('OIDC discovery endpoint communication error', { cause });
  }
}

function keySetAt(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, { timeoutDuration: ISSUER_TIMEOUT_MS, [customFetch]: fetchKeySet });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      // That no key fits, or more than one, is the token's doing.
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
        throw cause;
      throw new IssuerUnreachable('JWKS communication error', { cause });
    }
  };
}

async function fetchKeySet(url: string, options: RequestInit): Promise<Response> {
  const reply = await fetch(url, options);
  const body = await reply.arrayBuffer();
  if (body.byteLength > KEY_SET_LIMIT_BYTES) throw new Error(`more than ${KEY_SET_LIMIT_BYTES} bytes`);
  return new Response(body, { status: reply.status });
}
