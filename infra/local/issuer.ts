import type { IncomingMessage, ServerResponse } from 'node:http';
import { calculateJwkThumbprint, importJWK, type JWK, SignJWT } from 'jose';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { sendJson } from './http.ts';

interface IssuerOptions {
  /** What tokens carry as `iss`. */
  readonly url: string;
  readonly audience: string;
  readonly privateKey: JWK;
  readonly clock?: Clock | undefined;
}

export interface TokenRequest {
  readonly user: string;
  /** Separated by spaces. */
  readonly scope?: string | undefined;
  /** Not above 0: a token that has expired already. */
  readonly expiresInSeconds: number;
}

/** The issuer of local tokens, with the discovery document by which the authorizer finds its key. */
export async function createIssuer({ url, audience, privateKey, clock = systemClock }: IssuerOptions) {
  const { kty, n, e } = privateKey as { kty: string; n: string; e: string };
  const kid = await calculateJwkThumbprint({ kty, n, e });
  const signingKey = await importJWK(privateKey, 'RS256');
  const documents: Record<string, unknown> = {
    '/.well-known/openid-configuration': {
      issuer: url,
      jwks_uri: `${url}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
      response_types_supported: ['token'],
    },
    '/.well-known/jwks.json': { keys: [{ kty, n, e, kid, alg: 'RS256', use: 'sig' }] },
  };
  return {
    sign({ user, scope, expiresInSeconds }: TokenRequest): Promise<string> {
      const nowSeconds = Math.floor(clock.nowMs() / 1000);
      // A token that has expired was issued before it did.
      const issuedAt = Math.min(nowSeconds, nowSeconds + expiresInSeconds - 1);
      return new SignJWT(scope === undefined ? {} : { scope })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer(url)
        .setAudience(audience)
        .setSubject(user)
        .setIssuedAt(issuedAt)
        .setExpirationTime(nowSeconds + expiresInSeconds)
        .sign(signingKey);
    },
    /** Serves the two documents; `path` is the one below the issuer's address. */
    serve(_request: IncomingMessage, response: ServerResponse, path: string): void {
      const document = documents[path];
      sendJson(response, document ? 200 : 404, document ?? { error: 'no such document' });
    },
  };
}
