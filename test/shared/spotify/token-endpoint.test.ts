import { describe, expect, test, vi } from 'vitest';
import {
  AuthorizationFailed,
  PlatformRateLimited,
  PlatformRevoked,
  PlatformUnavailable,
} from '../../../shared/errors.ts';
import { noUsage } from '../../../shared/spotify/call.ts';
import { createClientCredentials } from '../../../shared/spotify/client-credentials.ts';
import { createTokenEndpoint } from '../../../shared/spotify/token-endpoint.ts';
import { aClock } from '../../support/a-clock.ts';
import { SECRET_ARN, startAws } from '../../support/aws.ts';
import { inTurn, type ScriptedReply, startScripted } from '../../support/scripted-server.ts';

const TOKENS = { access_token: 'BQ-secret', token_type: 'Bearer', scope: 'user-top-read', expires_in: 3600 };
const CODE = { code: 'AQ-code', verifier: 'a-verifier', redirectUri: 'https://app.example/callback' };
const invalidGrant = (description = 'Refresh token revoked') => ({
  status: 400,
  body: { error: 'invalid_grant', error_description: description },
});

async function tokenEndpointThat(...replies: (ScriptedReply | 'cut')[]) {
  const spotify = await startScripted(inTurn(...replies));
  const aws = await startAws();
  const clock = aClock();
  const credentials = createClientCredentials({ clientId: 'our-client', secretId: SECRET_ARN, clock });
  const tokens = createTokenEndpoint({ accountsUrl: spotify.url, credentials, clock, timeoutMs: 200 });
  const call = { signal: new AbortController().signal, usage: noUsage() };
  return { ...spotify, aws, clock, tokens, call };
}

describe('what is sent', () => {
  test('exchanges a code: form-encoded, Basic auth, PKCE verifier', async () => {
    const { tokens, call, requests } = await tokenEndpointThat({
      body: { ...TOKENS, refresh_token: 'AQ-new' },
    });
    expect(await tokens.exchangeCode(CODE, call)).toEqual({
      accessToken: 'BQ-secret',
      refreshToken: 'AQ-new',
      scopes: ['user-top-read'],
    });
    const [request] = requests;
    expect(request?.path).toBe('/api/token');
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request?.headers.authorization).toBe(`Basic ${btoa('our-client:our-secret')}`);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'AQ-code',
      redirect_uri: 'https://app.example/callback',
      code_verifier: 'a-verifier',
    });
  });

  test('refreshes: Spotify usually gives no new refresh token', async () => {
    const { tokens, call, requests } = await tokenEndpointThat({ body: TOKENS });
    expect(await tokens.refresh('AQ-old', call)).toMatchObject({ refreshToken: undefined });
    expect(requests[0]?.body).toBe('grant_type=refresh_token&refresh_token=AQ-old');
    expect(call.usage).toMatchObject({ calls: 1, failures: 0, rateLimited: 0, revocations: 0 });
  });
});

describe('what a reply may leave out or empty (RFC 6749, 5.1)', () => {
  const AS_ASKED = ['user-top-read', 'user-follow-read', 'user-read-recently-played', 'user-library-read'];

  test.each<[string, object]>([
    ['none', { scope: undefined }],
    ['null', { scope: null }],
    ['empty', { scope: '' }],
    ['blank', { scope: '  ' }],
  ])('a scope that is %s: what was asked for was granted', async (_, change) => {
    const { tokens, call } = await tokenEndpointThat({ body: { ...TOKENS, ...change } });
    expect(await tokens.exchangeCode(CODE, call)).toMatchObject({ scopes: AS_ASKED });
  });

  test('scopes are apart by any blank, and a narrower scope is what was granted', async () => {
    const { tokens, call } = await tokenEndpointThat({ body: { ...TOKENS, scope: ' a  b\n' } });
    expect(await tokens.exchangeCode(CODE, call)).toMatchObject({ scopes: ['a', 'b'] });
  });

  test.each([undefined, null, ''])('a refresh token that is %j: the old one goes on', async (given) => {
    const { tokens, call } = await tokenEndpointThat({ body: { ...TOKENS, refresh_token: given } });
    expect(await tokens.refresh('AQ-old', call)).toMatchObject({ refreshToken: undefined });
  });

  test('without expires_in, with a token type in small letters and with fields that are unknown', async () => {
    const { access_token } = TOKENS;
    const { tokens, call } = await tokenEndpointThat({ body: { access_token, token_type: 'bearer', x: 1 } });
    expect(await tokens.refresh('AQ-old', call)).toMatchObject({ accessToken: 'BQ-secret' });
  });
});

describe('what a refusal means', () => {
  test.each(['Refresh token revoked', 'Refresh token expired', 'Invalid refresh token', 'something new'])(
    'invalid_grant on a refresh is a revoked consent, whatever the description: %s',
    async (description) => {
      const { tokens, call } = await tokenEndpointThat(invalidGrant(description));
      await expect(tokens.refresh('AQ-old', call)).rejects.toBeInstanceOf(PlatformRevoked);
      expect(call.usage).toMatchObject({ calls: 1, failures: 0, rateLimited: 0, revocations: 1 });
    },
  );

  test('invalid_grant on an exchange is a refused code', async () => {
    const { tokens, call } = await tokenEndpointThat(invalidGrant('Invalid authorization code'));
    await expect(tokens.exchangeCode(CODE, call)).rejects.toBeInstanceOf(AuthorizationFailed);
    expect(call.usage.revocations).toBe(0);
  });

  test.each<[string, ScriptedReply | 'cut']>([
    ['503 in plain text', { status: 503, body: 'upstream connect error' }],
    ['502 as HTML', { status: 502, body: '<html>502 Bad Gateway</html>' }],
    ['a server error that says invalid_grant', { ...invalidGrant(), status: 500 }],
    ['a 401 that says invalid_grant', { ...invalidGrant(), status: 401 }],
    [
      'a 400 that only describes invalid_grant',
      { status: 400, body: { error_description: 'invalid_grant' } },
    ],
    ['a 400 in HTML', { status: 400, body: '<p>invalid_grant</p>' }],
    ['a 403', { status: 403, body: 'Forbidden' }],
    ['a 200 cut off', { body: '{"access_token":"BQ","token_ty' }],
    ['a 200 of another shape', { body: { access_token: 42 } }],
    ['a 200 with null', { body: 'null' }],
    ['a 200 with nothing', { body: '' }],
    ['a cut connection', 'cut'],
  ])('%s is an outage, never a revocation', async (_, reply) => {
    const { tokens, call, requests } = await tokenEndpointThat(reply);
    const error = await tokens.refresh('AQ-old', call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PlatformUnavailable);
    expect(error).toHaveProperty('retryAfterSeconds', 30);
    expect(requests).toHaveLength(1);
    expect(call.usage).toMatchObject({ calls: 1, failures: 1, rateLimited: 0, revocations: 0 });
  });

  test.each([301, 302, 307, 308])(
    'a redirect (%i) is an outage: what it points to is told nothing',
    async (status) => {
      const elsewhere = await startScripted(() => ({ body: TOKENS }));
      const reply = { status, headers: { location: `${elsewhere.url}/api/token` } };
      const { tokens, call, requests } = await tokenEndpointThat(reply);
      await expect(tokens.refresh('AQ-old', call)).rejects.toBeInstanceOf(PlatformUnavailable);
      expect([requests.length, elsewhere.requests.length]).toEqual([1, 0]);
    },
  );

  test('a 429 says when to come back', async () => {
    const { tokens, call } = await tokenEndpointThat({ status: 429, headers: { 'retry-after': '7' } });
    await expect(tokens.refresh('AQ-old', call)).rejects.toMatchObject({
      constructor: PlatformRateLimited,
      retryAfterSeconds: 7,
    });
    expect(call.usage).toMatchObject({ calls: 1, failures: 0, rateLimited: 1, revocations: 0 });
  });

  test('no answer in time is an outage', async () => {
    const spotify = await startScripted(() => 'answered');
    await startAws();
    const clock = aClock();
    const credentials = createClientCredentials({ clientId: 'our-client', secretId: SECRET_ARN, clock });
    const tokens = createTokenEndpoint({ accountsUrl: spotify.url, credentials, clock, timeoutMs: 20 });
    const call = { signal: new AbortController().signal, usage: noUsage() };
    await expect(tokens.refresh('AQ-old', call)).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});

describe('our own client id and secret', () => {
  const refused = { status: 400, body: { error: 'invalid_client' } };

  test('refused, they are an outage for the user and an alarm for us', async () => {
    const { tokens, call } = await tokenEndpointThat(refused);
    const error = await tokens.refresh('AQ-old', call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PlatformUnavailable);
    expect(error).toMatchObject({ cause: { name: 'ApplicationTrouble', reason: 'invalid_client' } });
  });

  test('are read once and kept', async () => {
    const { tokens, call, aws } = await tokenEndpointThat({ body: TOKENS });
    await Promise.all([tokens.refresh('AQ-1', call), tokens.refresh('AQ-2', call)]);
    await tokens.refresh('AQ-3', call);
    expect(aws.calls).toEqual(['secretsmanager.GetSecretValue']);
  });

  test('once rotated, are picked up within the same request', async () => {
    const { tokens, call, aws, clock, requests } = await tokenEndpointThat({ body: TOKENS }, refused, {
      body: TOKENS,
    });
    await tokens.refresh('AQ-1', call);
    aws.rotateSecret({ client_secret: 'our-next-secret' });
    clock.advance(5 * 60_000);
    expect(await tokens.refresh('AQ-1', call)).toMatchObject({ accessToken: 'BQ-secret' });
    expect(requests.at(-1)?.headers.authorization).toBe(`Basic ${btoa('our-client:our-next-secret')}`);
  });

  test('still refused, are read again every five minutes at most', async () => {
    const { tokens, call, aws, clock } = await tokenEndpointThat(refused);
    for (let minute = 0; minute < 10; minute += 1) {
      await tokens.refresh('AQ-1', call).catch(() => undefined);
      clock.advance(60_000);
    }
    expect(aws.calls).toHaveLength(2);
  });

  test.each([
    ['not JSON', 'our-secret'],
    ['without a secret', '{"client_id":"our-client"}'],
    ['with an empty one', '{"client_secret":""}'],
  ])('in a shape that we do not know are a defect: %s', async (_, secret) => {
    const { tokens, call, aws, requests } = await tokenEndpointThat({ body: TOKENS });
    aws.rotateSecret(secret);
    await expect(tokens.refresh('AQ-1', call)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(requests).toHaveLength(0);
  });

  const tooLate = (): void => {
    throw new Error('no time left');
  };

  test('that are read too late begin no call: its reply could not be waited for', async () => {
    const { tokens, call, requests } = await tokenEndpointThat({ body: TOKENS });
    const late = { ...call, mayBegin: tooLate };
    await expect(tokens.refresh('AQ-1', late)).rejects.toThrow('no time left');
    await expect(tokens.exchangeCode(CODE, late)).rejects.toThrow('no time left');
    expect(requests).toHaveLength(0);
  });

  test('that are renewed too late are not tried', async () => {
    const { tokens, call, aws, clock, requests } = await tokenEndpointThat({ body: TOKENS }, refused);
    await tokens.refresh('AQ-1', call);
    aws.rotateSecret({ client_secret: 'our-next-secret' });
    clock.advance(5 * 60_000);
    const mayBegin = vi.fn(tooLate).mockImplementationOnce(() => undefined);
    await expect(tokens.refresh('AQ-1', { ...call, mayBegin })).rejects.toThrow('no time left');
    expect(requests).toHaveLength(2);
  });

  test('that cannot be read are a failure of storage, which the next request tries again', async () => {
    const { tokens, call, aws } = await tokenEndpointThat({ body: TOKENS });
    aws.failWith({ status: 500, body: '{}' });
    await expect(tokens.refresh('AQ-1', call)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    aws.failWith(undefined);
    await expect(tokens.refresh('AQ-1', call)).resolves.toBeDefined();
  });
});

test('no error carries a token, a code, a secret or what Spotify said', async () => {
  const replies = [
    invalidGrant('told-by-spotify'),
    { status: 500, body: 'told-by-spotify' },
    { body: 'told-by-spotify' },
  ];
  for (const reply of replies) {
    const { tokens, call } = await tokenEndpointThat(reply);
    const errors = await Promise.all([
      tokens.refresh('AQ-old', call).catch((thrown: unknown) => thrown),
      tokens.exchangeCode(CODE, call).catch((thrown: unknown) => thrown),
    ]);
    for (const error of errors)
      expect(everythingIn(error)).not.toMatch(/AQ-|our-secret|told-by-spotify|a-verifier/);
  }
});

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.stack, JSON.stringify({ ...error }), everythingIn(error.cause)].join('\n');
}
