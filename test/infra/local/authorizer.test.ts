import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Authorize, createAuthorizer } from '../../../infra/local/gateway/authorizer.ts';
import { type Listening, sendJson, serve } from '../../../infra/local/http.ts';
import { createIssuer } from '../../../infra/local/issuer.ts';
import { loadKeys } from '../../../infra/local/keys.ts';
import type { RouteSpec } from '../../../infra/local/template/api.ts';
import { http as request } from '../../support/http-client.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const NOW_S = NOW_MS / 1000;
const clock = { nowMs: () => NOW_MS, sleep: () => Promise.resolve() };

let http: Listening;
let privateKey: JWK;
let kid: string;
let issuer: Awaited<ReturnType<typeof createIssuer>>;
let authorize: Authorize;
/** An issuer below any path, whose key set is what a test says. */
let other: Listening;
let served: Record<string, unknown> = {};

beforeAll(async () => {
  http = await serve((request, response) => issuer.serve(request, response, request.url ?? ''));
  privateKey = (await loadKeys(undefined)).issuer;
  issuer = await createIssuer({ url: http.url, audience: 'me', privateKey, clock });
  kid = (await request('GET', `${http.url}/.well-known/jwks.json`)).json.keys[0].kid;
  authorize = createAuthorizer(clock);
  other = await serve(({ url }, response) => {
    if (url?.endsWith('/openid-configuration'))
      return sendJson(response, 200, { jwks_uri: `${other.url}/jwks` });
    const document = served[url ?? ''];
    sendJson(response, document ? 200 : 500, document ?? {});
  });
});
afterAll(() => Promise.all([http.close(), other.close()]));

const publicJwk = () => {
  const { kty, n, e } = privateKey as { kty: string; n: string; e: string };
  return { kty, n, e };
};
const routeOf = (issuer: string): RouteSpec => ({ ...route(), authorizer: { issuer, audience: ['me'] } });

const route = (scopes: string[] = []): RouteSpec => ({
  key: 'GET /x',
  functionArn: '',
  timeoutMs: 1,
  authorizer: { issuer: http.url, audience: ['me', 'us'] },
  scopes,
  limit: undefined,
});

/** A token that would be good, with some claims or header parameters of its own. */
async function token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) {
  const payload = { iss: http.url, aud: 'me', sub: 'alice', iat: NOW_S, exp: NOW_S + 60, ...claims };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid, ...header })
    .sign(await importJWK(privateKey, String(header.alg ?? 'RS256')));
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const check = async (jwt: string, scopes?: string[]) => authorize(route(scopes), `Bearer ${jwt}`);

describe('the authorizer lets in', () => {
  it('a token of the issuer, with every claim as text', async () => {
    const claims = { admin: true, groups: ['a', 'b'], address: { city: 'x' } };

    expect(await check(await token(claims))).toEqual({
      scopes: null,
      claims: {
        iss: http.url,
        aud: 'me',
        sub: 'alice',
        iat: String(NOW_S),
        exp: String(NOW_S + 60),
        admin: 'true',
        groups: '[a b]',
        address: '{"city":"x"}',
      },
    });
  });

  it.each([
    ['an audience among several', { aud: ['other', 'us'] }],
    ['client_id where there is no aud', { aud: undefined, client_id: 'me' }],
    ['nbf that has passed', { nbf: NOW_S }],
  ])('%s', async (_title, claims) => {
    expect(await check(await token(claims))).toHaveProperty('claims.sub', 'alice');
  });

  it.each(['RS256', 'RS384', 'RS512'])('a signature by RSA: %s', async (alg) => {
    // A key that names its algorithm is good for no other.
    served = { '/jwks': { keys: [{ ...publicJwk(), kid }] } };
    const jwt = await token({ iss: `${other.url}/${alg}` }, { alg });
    expect(await authorize(routeOf(`${other.url}/${alg}`), jwt)).toHaveProperty('claims.sub', 'alice');
  });

  it('one of the scopes of the route, in scope or scp', async () => {
    const asked = ['cache:stats', 'admin'];
    expect(await check(await token({ scope: 'other cache:stats' }), asked)).toMatchObject({
      scopes: ['cache:stats'],
    });
    expect(await check(await token({ scp: ['admin'] }), asked)).toMatchObject({ scopes: ['admin'] });
  });

  it('everybody on a route without authorizer', async () => {
    expect(await authorize({ ...route(), authorizer: undefined }, undefined)).toBeUndefined();
  });

  it('the token of /_local/token', async () => {
    const jwt = await issuer.sign({ user: 'bob', scope: 'a b', expiresInSeconds: 1 });
    expect(await check(jwt)).toHaveProperty('claims', expect.objectContaining({ sub: 'bob', scope: 'a b' }));
  });
});

describe('the authorizer refuses with 401', () => {
  it('no token', async () => {
    expect(await authorize(route(), undefined)).toEqual({ status: 401, wwwAuthenticate: 'Bearer' });
  });

  it.each([
    ['an expired one', { exp: NOW_S }, 'the token has expired'],
    ['one that never expires', { exp: undefined }, 'the token is invalid'],
    ['another audience', { aud: 'them' }, 'the token does not have a valid audience'],
    ['no audience', { aud: undefined }, 'the token does not have a valid audience'],
    ['client_id beside another aud', { aud: 'them', client_id: 'me' }, 'valid audience'],
    ['another issuer', { iss: 'https://evil.example' }, 'invalid issuer'],
    ['one that begins later', { nbf: NOW_S + 1 }, 'the token is invalid'],
    ['one issued in the future', { iat: NOW_S + 1 }, 'the token is invalid'],
  ])('%s', async (_title, claims, description) => {
    const refusal = await check(await token(claims));
    expect(refusal).toMatchObject({ status: 401, wwwAuthenticate: expect.stringContaining('invalid_token') });
    expect(refusal).toHaveProperty('wwwAuthenticate', expect.stringContaining(description));
  });

  it('alg none', async () => {
    const payload = encode({ iss: http.url, aud: 'me', sub: 'alice', exp: NOW_S + 60 });
    expect(await check(`${encode({ alg: 'none', kid })}.${payload}.`)).toHaveProperty('status', 401);
  });

  it('HS256 with the public key as the secret', async () => {
    const { kty, n, e } = privateKey as { kty: string; n: string; e: string };
    const publicKey = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const signed = `${encode({ alg: 'HS256', kid })}.${encode({ iss: http.url, aud: 'me', sub: 'a', exp: NOW_S + 60 })}`;
    const signature = createHmac('sha256', pem).update(signed).digest('base64url');
    expect(await check(`${signed}.${signature}`)).toHaveProperty('status', 401);
  });

  it('the key of another issuer, also under the right key id', async () => {
    const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 }) as {
      privateKey: KeyObject;
    };
    const jwt = await new SignJWT({ iss: http.url, aud: 'me', sub: 'alice', exp: NOW_S + 60 })
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(other);
    expect(await check(jwt)).toHaveProperty('status', 401);
  });

  it.each(['', 'nonsense', 'a.b.c', 'Bearer'])('the text %j', async (text) => {
    expect(await authorize(route(), text)).toHaveProperty('status', 401);
  });

  it.each(['garbage', 'a.b', 'a.b.c', 'e30.e30.', 'eyJhbGciOiJub25lIn0.e30.', '{}', 'Bearer x'])(
    'what is no token, as an invalid one and not as trouble of the issuer: %s',
    async (text) => {
      expect(await authorize(route(), text)).toEqual({
        status: 401,
        wwwAuthenticate: 'Bearer scope="" error="invalid_token" error_description="the token is invalid"',
      });
    },
  );

  it.each(['PS256', 'PS512'])('RSA of another kind: %s', async (alg) => {
    served = { '/jwks': { keys: [{ ...publicJwk(), kid }] } };
    const jwt = await token({ iss: `${other.url}/${alg}` }, { alg });
    expect(await authorize(routeOf(`${other.url}/${alg}`), jwt)).toHaveProperty('status', 401);
  });

  it('a token without a key id', async () => {
    expect(await check(await token({}, { kid: undefined }))).toHaveProperty('status', 401);
  });
});

describe('an issuer that does not answer as it should is named as the reason', () => {
  const refusal = async (issuer: string) => {
    const reply = await createAuthorizer(clock)(routeOf(issuer), await token({ iss: issuer }));
    return /error_description="(.*)"/.exec((reply as { wwwAuthenticate: string }).wwwAuthenticate)?.[1];
  };
  const DISCOVERY = 'OIDC discovery endpoint communication error';
  const KEY_SET = 'JWKS communication error';

  it('cannot be reached', async () => {
    expect(await refusal('http://127.0.0.1:1')).toBe(DISCOVERY);
  });

  it.each([
    ['another status', {}, KEY_SET],
    ['nonsense', { '/jwks': { keys: 1 } }, KEY_SET],
    ['more than 150,000 bytes', { '/jwks': { keys: [], more: 'x'.repeat(150_000) } }, KEY_SET],
  ])('answers %s', async (_title, documents, description) => {
    served = documents;
    expect(await refusal(other.url)).toBe(description);
  });

  it('takes more than 1.5 s, for discovery or for the keys', async () => {
    const limits: number[] = [];
    const over = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      limits.push(ms);
      return AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
    });
    onTestFinished(() => over.mockRestore());
    served = { '/jwks': { keys: [{ ...publicJwk(), kid }] } };
    expect(await refusal(other.url)).toBe(DISCOVERY);

    over.mockImplementationOnce((ms) => {
      limits.push(ms);
      return new AbortController().signal;
    });
    expect(await refusal(other.url)).toBe(KEY_SET);
    expect(limits).toEqual([1_500, 1_500, 1_500]);
  });
});

it('refuses a token without the scope of the route with 403', async () => {
  for (const claims of [{}, { scope: 'cache:statsx' }, { scope: '' }]) {
    expect(await check(await token(claims), ['cache:stats'])).toMatchObject({
      status: 403,
      wwwAuthenticate: expect.stringContaining('insufficient_scope'),
    });
  }
});
