import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSpotifyStandIn } from '../../infra/local/spotify/stand-in.ts';
import { type Route, routes } from '../../shared/contract/routes.ts';
import type { ApiHandler } from '../../shared/http/api.ts';
import { aContext, anEvent } from '../support/api-event.ts';
import { KEY_ARN, SECRET_ARN, startAws } from '../support/aws.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../support/dynalite.ts';
import { aUser, REDIRECT_URI } from '../support/service.ts';

const KACEY = '70kkdajctXSbqSMJbQO424';

let dynamoDb: TestDynamoDb;
let spotify: Awaited<ReturnType<typeof createSpotifyStandIn>>;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  spotify = await createSpotifyStandIn({ port: 0, clientId: 'our-client', clientSecret: 'our-secret' });
});
afterAll(async () => {
  await spotify.close();
  await dynamoDb.close();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Each test loads the functions anew, as a cold start does, with nothing but their environment. */
beforeEach(async () => {
  vi.resetModules();
  await startAws();
  const environment = {
    CACHE_TABLE: TABLES.cache,
    ACCOUNT_TABLE: TABLES.account,
    TOKEN_KEY_ID: KEY_ARN,
    SPOTIFY_CLIENT_ID: 'our-client',
    SPOTIFY_SECRET_ID: SECRET_ARN,
    SPOTIFY_REDIRECT_URI: REDIRECT_URI,
    FRESH_SECONDS: '10800',
    KEEP_SECONDS: '21600',
    RETRY_SECONDS: '30',
    STAGE: 'test',
    POWERTOOLS_SERVICE_NAME: 'artists',
    POWERTOOLS_METRICS_NAMESPACE: 'ArtistsCache',
    // Logs and metrics then go to the console of this process, where they are silenced.
    POWERTOOLS_DEV: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    SPOTIFY_ACCOUNTS_URL: spotify.url,
    SPOTIFY_API_URL: spotify.url,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  for (const method of ['log', 'info', 'warn'] as const) vi.spyOn(console, method).mockReturnValue();
});

/** Calls a function as the gateway does. A 200 must be what its route promises. */
async function call(route: Route, user: string, body?: unknown) {
  const { handler } = (await import(`../../functions/${route.functionName}.ts`)) as { handler: ApiHandler };
  const event = anEvent({
    method: route.method,
    path: route.path,
    user,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const reply = await handler(event, aContext());
  const json = JSON.parse(reply.body ?? '');
  if (reply.statusCode === 200) expect(v.parse(route.reply, json)).toEqual(json);
  return { status: reply.statusCode, headers: reply.headers ?? {}, ...json };
}

const PLATFORM = { platform_slug: 'spotify' };

async function consent(authorizationUrl: string, account: string) {
  const url = new URL(authorizationUrl);
  url.searchParams.set('approve', '1');
  url.searchParams.set('account', account);
  const { headers } = await fetch(url, { redirect: 'manual' });
  const back = new URL(headers.get('location') ?? '').searchParams;
  return { ...PLATFORM, code: back.get('code'), state: back.get('state') };
}

async function connected(user = aUser()) {
  const { data } = await call(routes.connectPlatform, user, PLATFORM);
  const back = await consent(data.authorization_url, user);
  const completed = await call(routes.completeConnection, user, back);
  return { user, back, completed };
}

describe('the way of a user through the platform', () => {
  test('connect, sync, toggle, disconnect', async () => {
    const { user, completed } = await connected();
    expect(completed).toMatchObject({ status: 200, data: { ...PLATFORM, status: 'connected' } });
    expect(await call(routes.syncArtists, user)).toMatchObject({ status: 200, data: { new_plays: 30 } });
    expect(await call(routes.syncArtists, user)).toMatchObject({ status: 200, data: { new_plays: 0 } });
    expect(await call(routes.toggleArtist, user, { artist_id: KACEY })).toMatchObject({
      status: 200,
      data: { artist_id: KACEY, selected: true },
    });
    expect(await call(routes.toggleArtist, user, { artist_id: KACEY })).toMatchObject({
      data: { selected: false },
    });
    for (let i = 0; i < 2; i += 1) {
      expect(await call(routes.toggleArtist, user, { artist_id: KACEY, selected: true })).toMatchObject({
        data: { selected: true },
      });
    }
    for (let i = 0; i < 2; i += 1) {
      expect(await call(routes.disconnectPlatform, user, PLATFORM)).toMatchObject({
        status: 200,
        data: { ...PLATFORM, status: 'disconnected' },
      });
    }
    expect(await call(routes.syncArtists, user)).toMatchObject({
      status: 409,
      error: { code: 'PLATFORM_NOT_CONNECTED' },
    });
  });

  test('a state is good once, and for its user alone', async () => {
    const { user, back } = await connected();
    expect(await call(routes.completeConnection, user, back)).toMatchObject({
      status: 400,
      error: { code: 'INVALID_STATE' },
    });
  });

  test.each([routes.connectPlatform, routes.completeConnection, routes.disconnectPlatform])(
    '$functionName knows no other platform',
    async (route) => {
      const body = {
        platform_slug: 'deezer',
        ...(route === routes.completeConnection && { code: 'c', state: 's' }),
      };
      expect(await call(route, aUser(), body)).toMatchObject({
        status: 400,
        error: { code: 'UNKNOWN_PLATFORM' },
      });
    },
  );

  test('a revoked consent asks for a new one', async () => {
    const { user } = await connected();
    spotify.accounts.set(user, { mode: 'revoked' });
    expect(await call(routes.syncArtists, user)).toMatchObject({
      status: 409,
      error: { code: 'SPOTIFY_TOKEN_REVOKED', details: [{ action: 'reconnect', platform_slug: 'spotify' }] },
    });
  });

  test('a 429 of one user keeps all others from calling Spotify, for as long as it says', async () => {
    const [{ user }, other] = [await connected(), await connected()];
    spotify.accounts.set(user, { mode: 'quota', retry_after: 3_600 });
    expect(await call(routes.syncArtists, user)).toMatchObject({
      status: 503,
      error: { code: 'SPOTIFY_RATE_LIMITED' },
    });
    const calls = spotify.accounts.get(other.user).total;
    const refused = await call(routes.syncArtists, other.user);
    expect(refused).toMatchObject({ status: 503, error: { code: 'SPOTIFY_RATE_LIMITED' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    expect(spotify.accounts.get(other.user).total).toBe(calls);
    const { Item } = await dynamoDb.db.send(
      new GetCommand({ TableName: TABLES.cache, Key: { pk: 'cooldown:spotify' } }),
    );
    expect(Item?.playerUntil).toBeGreaterThan(0);
  });
});

test('a list is as old as the beginning of its computation, however long that takes', async () => {
  const { user } = await connected();
  // In the copy of the modules that the functions have.
  const { systemClock } = await import('../../shared/clock.ts');
  let nowMs = Date.now();
  const beganMs = nowMs;
  vi.spyOn(systemClock, 'nowMs').mockImplementation(() => nowMs);
  const { fetch } = globalThis;
  vi.spyOn(globalThis, 'fetch').mockImplementation((...asked) => {
    nowMs += 1_000;
    return fetch(...asked);
  });
  const { status, data } = await call(routes.getArtists, user);
  expect(status).toBe(200);
  expect(nowMs - beganMs).toBeGreaterThan(5_000);
  expect(Date.parse(data.cached_at)).toBe(beganMs);
});
