import { GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AuthorizationFailed,
  InvalidState,
  PlatformRateLimited,
  PlatformUnavailable,
  StorageUnavailable,
} from '../../../shared/errors.ts';
import { createCompleteConnection } from '../../../shared/platforms/complete-connection.ts';
import { connectionKey, grantKey } from '../../../shared/platforms/connection.ts';
import { createOAuthStateStore } from '../../../shared/platforms/oauth-state-store.ts';
import { REQUIRED_SCOPES } from '../../../shared/spotify/endpoints.ts';
import { awsFault } from '../../support/aws.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../../support/dynalite.ts';
import { aFaultyWay } from '../../support/faulty-dynamodb.ts';
import { aCall, askAtOnce, aUser, startService } from '../../support/service.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

type Parts = Parameters<typeof createCompleteConnection>[0];

async function onTheWayBack() {
  const service = await startService(dynamoDb);
  const user = aUser();
  const begun = await service.connect(user, service.clock.nowMs());
  const back = await service.consent(begun.authorizationUrl, user);
  const complete = (changed: Partial<Parts> = {}, what = back) =>
    createCompleteConnection({ ...service, ...changed })(user, what, service.clock.nowMs(), askAtOnce);
  const tokenCalls = () => service.accounts.get(user).calls.token;
  return { ...service, user, back, complete, tokenCalls };
}

/** A Web API whose every reply is `reply`. */
const webApiOf = (reply: () => Promise<unknown>) =>
  ({ open: () => ({ get: reply }) }) as unknown as Parts['webApi'];
const brokenWebApi = webApiOf(() =>
  Promise.reject(new PlatformUnavailable('502', { retryAfterSeconds: 30 })),
);

const aKey = async () => new Uint8Array([7]);

const itemOf = async (user: string) =>
  (await dynamoDb.db.send(new GetCommand({ TableName: TABLES.account, Key: connectionKey(user) }))).Item;

describe('the same request again, after an error that was not its own', () => {
  test.each(['down', 'html502'])('the token endpoint was %s: the code is still good', async (mode) => {
    const { complete, accounts, user, connections } = await onTheWayBack();
    accounts.set(user, { mode });
    await expect(complete()).rejects.toBeInstanceOf(PlatformUnavailable);
    accounts.set(user, { mode: 'ok' });
    await complete();
    expect(await connections.read(user)).toMatchObject({ status: 'connected' });
  });

  test('the Web API failed after the exchange: what was exchanged is used, the code not again', async () => {
    const { complete, user, tokenCalls, refreshAccess, clock } = await onTheWayBack();
    await expect(complete({ webApi: brokenWebApi })).rejects.toBeInstanceOf(PlatformUnavailable);
    clock.advance(9 * 60_000);
    await complete();
    expect(tokenCalls()).toBe(1);
    await expect(refreshAccess(user, aCall())).resolves.toBeDefined();
  });

  test('what was exchanged lies sealed in the table', async () => {
    const { complete, user, tokenEndpoint } = await onTheWayBack();
    const given: string[] = [];
    const exchangeCode: typeof tokenEndpoint.exchangeCode = async (...asked) => {
      const tokens = await tokenEndpoint.exchangeCode(...asked);
      given.push(tokens.accessToken, tokens.refreshToken ?? '');
      return tokens;
    };
    const watched = { ...tokenEndpoint, exchangeCode };
    await complete({ webApi: brokenWebApi, tokenEndpoint: watched }).catch(() => undefined);
    const { Items } = await dynamoDb.db.send(new ScanCommand({ TableName: TABLES.account }));
    const text = JSON.stringify(Items);
    expect(text).toContain(user);
    for (const token of given) expect(text).not.toContain(token);
  });

  test('KMS failed: the code was not used', async () => {
    const { complete, aws, tokenCalls } = await onTheWayBack();
    aws.failWith(awsFault('KMSInternalException', 500));
    await expect(complete()).rejects.toBeInstanceOf(StorageUnavailable);
    expect(tokenCalls()).toBe(0);
    aws.failWith(undefined);
    await expect(complete()).resolves.toBeDefined();
  });

  test('the list could not be forgotten in the end: nothing is stored twice', async () => {
    const { complete, connections, user } = await onTheWayBack();
    let calls = 0;
    const forgetList = async () => {
      calls += 1;
      if (calls === 2) throw new StorageUnavailable('for a moment');
    };
    await expect(complete({ forgetList })).rejects.toBeInstanceOf(StorageUnavailable);
    const before = await connections.read(user);
    await complete({ forgetList });
    expect(calls).toBe(3);
    expect(await connections.read(user)).toEqual(before);
    await expect(complete({ forgetList })).rejects.toBeInstanceOf(InvalidState);
  });

  test('another code by the same state is not the same request', async () => {
    const { complete, back } = await onTheWayBack();
    await complete({ webApi: brokenWebApi }).catch(() => undefined);
    await expect(complete({}, { ...back, code: 'AQ-other' })).rejects.toBeInstanceOf(InvalidState);
    await expect(complete()).resolves.toBeDefined();
  });

  test('not after the ten minutes of its state', async () => {
    const { complete, clock } = await onTheWayBack();
    await complete({ webApi: brokenWebApi }).catch(() => undefined);
    clock.advance(10 * 60_000);
    await expect(complete()).rejects.toBeInstanceOf(InvalidState);
  });

  test('an attempt that died is over after half a minute', async () => {
    const { complete, clock, states, user, back, vault } = await onTheWayBack();
    await states.claim(user, back.state, clock.nowMs(), async () => (await vault.newKey(user)).sealed);
    await expect(complete()).rejects.toBeInstanceOf(InvalidState);
    clock.advance(30_000);
    await expect(complete()).resolves.toBeDefined();
  });
});

describe('what was exchanged for a user who gave up', () => {
  const grantOf = async (user: string) =>
    (await dynamoDb.db.send(new GetCommand({ TableName: TABLES.account, Key: grantKey(user) }))).Item;

  /** A connected user connects again, and gives up when the account cannot be looked up. */
  async function givenUp() {
    const service = await onTheWayBack();
    await service.complete();
    service.clock.advance(60_000);
    const { user, connect, consent, clock } = service;
    const begun = await connect(user, clock.nowMs());
    const again = await consent(begun.authorizationUrl, user);
    await service.complete({ webApi: brokenWebApi }, again).catch(() => undefined);
    return { ...service, begun, again };
  }

  test('ends with the ten minutes of its state, though a connection stays', async () => {
    const { user, begun } = await givenUp();
    const grant = await grantOf(user);
    expect(JSON.stringify(grant)).toContain('sealed');
    expect(grant?.expiresAt).toBe(begun.expiresAtMs / 1000);
    expect(JSON.stringify(await itemOf(user))).not.toContain('sealed');
  });

  test('goes with a later connection', async () => {
    const { user, complete, connect, consent, clock, again } = await givenUp();
    clock.advance(60_000);
    const { authorizationUrl } = await connect(user, clock.nowMs());
    await complete({}, await consent(authorizationUrl, user));
    expect(JSON.stringify(await grantOf(user))).not.toContain('sealed');
    // Its code is used up.
    await expect(complete({}, again)).rejects.toBeInstanceOf(AuthorizationFailed);
  });

  test('goes with a disconnection, and what arrives after it cannot be opened', async () => {
    const { user, disconnect, states, again, clock, complete } = await givenUp();
    clock.advance(60_000);
    const by = await states.claim(user, again.state, clock.nowMs(), aKey);
    await disconnect(user);
    expect(await grantOf(user)).toBeUndefined();
    await states.keep(by, { codeHash: 'h', sealed: new Uint8Array(1) });
    expect(await itemOf(user)).toBeUndefined();
    await expect(complete({}, again)).rejects.toBeInstanceOf(InvalidState);
  });
});

describe('an outage while users connect', () => {
  test('costs a user one call in its back-off, however many states are tried', async () => {
    const service = await startService(dynamoDb);
    const user = aUser();
    let calls = 0;
    const exchangeCode = async () => {
      calls += 1;
      throw new PlatformUnavailable('503', { retryAfterSeconds: 30 });
    };
    const complete = createCompleteConnection({ ...service, tokenEndpoint: { exchangeCode } as never });
    for (let i = 0; i < 15; i += 1) {
      const { state } = await service.connect(user, service.clock.nowMs());
      const error = await complete(user, { code: `AQ-${i}`, state }, service.clock.nowMs(), askAtOnce).catch(
        (e) => e,
      );
      expect(error).toMatchObject({ code: 'SPOTIFY_UNAVAILABLE', retryAfterSeconds: 30 });
    }
    expect(calls).toBe(1);
    service.clock.advance(30_000);
    const { state } = await service.connect(user, service.clock.nowMs());
    await complete(user, { code: 'AQ', state }, service.clock.nowMs(), askAtOnce).catch(() => undefined);
    expect(calls).toBe(2);
  });

  test('tells the truth: the first repetition may come as Spotify says, the second after the pause', async () => {
    const { complete, tokenEndpoint, clock } = await onTheWayBack();
    const exchangeCode = () => Promise.reject(new PlatformRateLimited('429', { retryAfterSeconds: 1 }));
    const limited = { tokenEndpoint: { ...tokenEndpoint, exchangeCode } };
    await expect(complete(limited)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    clock.advance(1_000);
    await expect(complete(limited)).rejects.toMatchObject({
      code: 'SPOTIFY_RATE_LIMITED',
      retryAfterSeconds: 30,
    });
    clock.advance(29_999);
    await expect(complete()).rejects.toMatchObject({ status: 503 });
    clock.advance(1);
    await expect(complete()).resolves.toBeDefined();
  });

  test('that lets nothing begin leaves the state as it is', async () => {
    const { user, back, clock, ...service } = await onTheWayBack();
    const complete = createCompleteConnection({ ...service, clock });
    const banned = new PlatformRateLimited('banned', { retryAfterSeconds: 9 });
    for (let i = 0; i < 3; i += 1) {
      await expect(complete(user, back, clock.nowMs(), () => Promise.reject(banned))).rejects.toBe(banned);
    }
    await expect(complete(user, back, clock.nowMs(), askAtOnce)).resolves.toBeDefined();
  });

  test('allows the first repetition at once, and no second', async () => {
    const { complete, accounts, user } = await onTheWayBack();
    accounts.set(user, { mode: 'down' });
    for (let i = 0; i < 10; i += 1) await complete().catch(() => undefined);
    expect(accounts.get(user).calls.token).toBe(2);
  });

  test('is over with a connection', async () => {
    const { complete, user, connect, clock } = await onTheWayBack();
    await complete({ webApi: brokenWebApi }).catch(() => undefined);
    await complete();
    expect(await itemOf(user)).not.toHaveProperty('connectRetryAtMs');
    await expect(connect(user, clock.nowMs())).resolves.toBeDefined();
  });
});

describe('open states', () => {
  test('are five; one more takes the place of the oldest', async () => {
    const { user, connect, clock, complete, back, states } = await onTheWayBack();
    const begun = [];
    for (let i = 0; i < 5; i += 1) begun.push(await connect(user, clock.nowMs()));
    await expect(complete()).rejects.toBeInstanceOf(InvalidState);
    for (const { state } of begun) {
      expect(state).not.toBe(back.state);
      await expect(states.claim(user, state, clock.nowMs(), aKey)).resolves.toBeDefined();
    }
  });

  test('begun at once are all given, and five are good', async () => {
    const service = await startService(dynamoDb);
    const user = aUser();
    const nowMs = service.clock.nowMs();
    const begun = await Promise.all(Array.from({ length: 20 }, () => service.connect(user, nowMs)));
    const claims = await Promise.allSettled(
      begun.map(({ state }) => service.states.claim(user, state, nowMs, aKey)),
    );
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  test('of a user without a connection go with the last of them', async () => {
    const { user, begunAtMs } = await onTheWayBack().then((s) => ({ ...s, begunAtMs: s.clock.nowMs() }));
    expect((await itemOf(user))?.expiresAt).toBe((begunAtMs + 600_000) / 1000);
  });

  test('do not move the end of a connection that there is', async () => {
    const { user, complete, connect, clock } = await onTheWayBack();
    await complete();
    const before = (await itemOf(user))?.expiresAt;
    await connect(user, clock.nowMs());
    expect((await itemOf(user))?.expiresAt).toBe(before);
  });

  test('whose reply was lost are begun anew, and good once', async () => {
    const service = await startService(dynamoDb);
    const [user, way] = [aUser(), await aFaultyWay(dynamoDb.endpoint)];
    const states = createOAuthStateStore({ db: way.db, table: TABLES.account });
    way.next('pass', 'lose-reply');
    const { state } = await states.begin(user, 'verifier', service.clock.nowMs());
    await expect(service.states.claim(user, state, service.clock.nowMs(), aKey)).resolves.toBeDefined();
    await expect(service.states.claim(user, state, service.clock.nowMs(), aKey)).rejects.toBeInstanceOf(
      InvalidState,
    );
  });

  test.each(['was used', 'was ended by a disconnection'])(
    'do not come back by a late duplicate of their beginning: the state %s',
    async (what) => {
      const service = await startService(dynamoDb);
      const [user, way] = [aUser(), await aFaultyWay(dynamoDb.endpoint)];
      const nowMs = service.clock.nowMs();
      const states = createOAuthStateStore({ db: way.db, table: TABLES.account });
      way.next('pass', 'delay');
      const { state } = await states.begin(user, 'verifier', nowMs);
      if (what === 'was used') await states.end(await states.claim(user, state, nowMs, aKey));
      else {
        await service.disconnect(user);
        await service.connect(user, nowMs + 60_000);
      }
      await way.deliver();
      await expect(states.claim(user, state, nowMs, aKey)).rejects.toBeInstanceOf(InvalidState);
    },
  );

  test('are gone on with from where another attempt got to a moment ago', async () => {
    const {
      user,
      back,
      clock,
      states,
      dynamoDb: db,
    } = await onTheWayBack().then((s) => ({ ...s, dynamoDb }));
    const exchanged = { codeHash: 'h', sealed: new Uint8Array(2) };
    let meanwhile = async () => {
      const first = await states.claim(user, back.state, clock.nowMs(), aKey);
      await states.keep(first, exchanged);
      await states.postpone(first, clock.nowMs() + 30_000);
    };
    const send = async (command: never) => {
      const reply = await db.db.send(command);
      const act = meanwhile;
      meanwhile = async () => {};
      await act();
      return reply;
    };
    const late = createOAuthStateStore({ db: { send } as never, table: TABLES.account });
    const claimed = await late.claim(user, back.state, clock.nowMs(), async () => new Uint8Array([8]));
    // The key of the first, which opens what was kept.
    expect(claimed).toMatchObject({ dataKey: new Uint8Array([7]), failures: 1 });
    expect(await late.kept(claimed)).toMatchObject(exchanged);
  });

  test('are claimed by the one whose reply was lost', async () => {
    const { user, back, clock } = await onTheWayBack();
    const way = await aFaultyWay(dynamoDb.endpoint);
    const states = createOAuthStateStore({ db: way.db, table: TABLES.account });
    way.next('pass', 'lose-reply');
    await expect(states.claim(user, back.state, clock.nowMs(), aKey)).resolves.toBeDefined();
  });
});

describe('a disconnection', () => {
  test('ends the states that were begun before it', async () => {
    const { disconnect, complete, user, connections } = await onTheWayBack();
    await disconnect(user);
    await expect(complete()).rejects.toBeInstanceOf(InvalidState);
    expect(await connections.read(user)).toBeUndefined();
  });

  test.each(['during the exchange', 'while the account is looked up', 'while the list is forgotten'])(
    'ends a connection that is being completed: %s',
    async (when) => {
      const service = await onTheWayBack();
      const { user, disconnect, complete, connections, tokenEndpoint, webApi } = service;
      const changes: Record<string, Partial<Parts>> = {
        'during the exchange': {
          tokenEndpoint: {
            ...tokenEndpoint,
            exchangeCode: async (...asked) => {
              const tokens = await tokenEndpoint.exchangeCode(...asked);
              await disconnect(user);
              return tokens;
            },
          },
        },
        'while the account is looked up': {
          webApi: {
            open: (asked) => ({
              ...webApi.open(asked),
              get: async (...what) => {
                const reply = await webApi.open(asked).get(...what);
                await disconnect(user);
                return reply;
              },
            }),
          },
        },
        'while the list is forgotten': { forgetList: () => disconnect(user) },
      };
      await expect(complete(changes[when])).rejects.toBeInstanceOf(InvalidState);
      expect(await connections.read(user)).toBeUndefined();
      expect(await itemOf(user)).toBeUndefined();
    },
  );
});

describe('an account', () => {
  async function reconnect(...profiles: object[]) {
    const service = await startService(dynamoDb);
    const user = aUser();
    const kept: boolean[] = [];
    for (const profile of profiles) {
      const { authorizationUrl } = await service.connect(user, service.clock.nowMs());
      const back = await service.consent(authorizationUrl, user);
      const complete = createCompleteConnection({ ...service, webApi: webApiOf(async () => profile) });
      await complete(user, back, service.clock.nowMs(), askAtOnce);
      kept.push((await itemOf(user))?.plays !== undefined);
      await dynamoDb.db.send(
        new UpdateCommand({
          TableName: TABLES.account,
          Key: connectionKey(user),
          UpdateExpression: 'SET plays = :plays',
          ExpressionAttributeValues: { ':plays': new Uint8Array(0) },
        }),
      );
    }
    return kept.slice(1);
  }

  test.each([
    ['both ids, then account_id alone', [{ account_id: 'a', id: 'i' }, { account_id: 'a' }], [true]],
    [
      'id alone, then both, then account_id alone',
      [{ id: 'i' }, { account_id: 'a', id: 'i' }, { account_id: 'a' }],
      [true, true],
    ],
    [
      'both, account_id alone, then id alone',
      [{ account_id: 'a', id: 'i' }, { account_id: 'a' }, { id: 'i' }],
      [true, true],
    ],
    [
      'another account',
      [
        { account_id: 'a', id: 'i' },
        { account_id: 'b', id: 'j' },
      ],
      [false],
    ],
    [
      'another, then by an id of the first',
      [{ account_id: 'a', id: 'i' }, { id: 'j' }, { id: 'i' }],
      [false, false],
    ],
  ])('is the same by whichever id it was known: %s', async (_, profiles, kept) => {
    expect(await reconnect(...profiles)).toEqual(kept);
  });
});

describe('what a consent leaves in time', () => {
  test('goes five days after its six months', async () => {
    const { complete, user, clock } = await onTheWayBack();
    clock.advance(Date.parse('2026-11-22T12:00:00Z') - clock.nowMs());
    await complete();
    expect((await itemOf(user))?.expiresAt).toBe(Date.parse('2027-05-27T12:00:00Z') / 1000);
  });

  test('goes within five days once its revocation is confirmed, DynamoDB being two days late', async () => {
    const { complete, user, connections, clock } = await onTheWayBack();
    await complete();
    const connection = await connections.read(user);
    const erased = connection && (await connections.eraseTokens(connection, clock.nowMs()));
    const threeDaysOn = (clock.nowMs() + 3 * 86_400_000) / 1000;
    expect((await itemOf(user))?.expiresAt).toBe(threeDaysOn);
    if (erased) await connections.keepTokens(erased, new Uint8Array(1), [new Uint8Array(1)]);
    expect((await itemOf(user))?.expiresAt).toBeGreaterThan(threeDaysOn);
  });
});

test('a consent without a refresh token is none, and is not asked for again', async () => {
  const { complete } = await onTheWayBack();
  const exchangeCode = async () => ({
    accessToken: 'BQ',
    refreshToken: undefined,
    scopes: [...REQUIRED_SCOPES],
  });
  const tokenEndpoint = { exchangeCode } as unknown as Parts['tokenEndpoint'];
  await expect(complete({ tokenEndpoint })).rejects.toBeInstanceOf(AuthorizationFailed);
  await expect(complete({ tokenEndpoint })).rejects.toBeInstanceOf(InvalidState);
});

test('the exchange is awaited though the time of the request is over: its reply is kept', async () => {
  const { user, back, clock, tokenEndpoint, complete, tokenCalls, ...service } = await onTheWayBack();
  const deadline = new AbortController();
  const exchangeCode: typeof tokenEndpoint.exchangeCode = async (asked, call) => {
    const tokens = await tokenEndpoint.exchangeCode(asked, call);
    deadline.abort(new PlatformUnavailable('no time left', { retryAfterSeconds: 30 }));
    call.signal.throwIfAborted();
    return tokens;
  };
  const slow = createCompleteConnection({
    ...service,
    clock,
    tokenEndpoint: { ...tokenEndpoint, exchangeCode },
  });
  const call = { ...aCall(), signal: deadline.signal };
  await expect(slow(user, back, clock.nowMs(), (work) => work(call))).rejects.toBeInstanceOf(
    PlatformUnavailable,
  );
  expect(tokenCalls()).toBe(1);
  await complete();
  expect(tokenCalls()).toBe(1);
});
