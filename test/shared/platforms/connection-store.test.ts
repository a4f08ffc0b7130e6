import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionKey } from '../../../shared/platforms/connection.ts';
import { type ConnectionStore, createConnectionStore } from '../../../shared/platforms/connection-store.ts';
import { NOON } from '../../support/a-clock.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../../support/dynalite.ts';
import { aFaultyWay } from '../../support/faulty-dynamodb.ts';
import { memoryConnections } from '../../support/memory-connections.ts';
import { aUser } from '../../support/service.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const aConsent = (accountId = 'account-1') => ({
  accountId,
  scopes: ['user-top-read'],
  clientId: 'us',
  authorizedAtMs: NOON,
  dataKey: bytes('key'),
  refreshToken: bytes('token'),
});

const onDynamoDb = () => createConnectionStore({ db: dynamoDb.db, table: TABLES.account });

describe.each<[string, () => ConnectionStore]>([
  ['on DynamoDB', onDynamoDb],
  ['in memory', memoryConnections],
])('connections %s', (_, create) => {
  async function connected() {
    const store = create();
    const user = aUser();
    await store.connect(user, aConsent());
    const connection = await store.read(user);
    if (!connection) throw new Error('not connected');
    return { store, user, connection };
  }

  test('a consent is stored as it came, under an id of its own', async () => {
    const { store, user, connection } = await connected();
    const { dataKey, refreshTokens, ...rest } = connection;
    expect(rest).toEqual({
      userId: user,
      connectionId: expect.stringMatching(/./),
      accountId: 'account-1',
      scopes: ['user-top-read'],
      clientId: 'us',
      authorizedAtMs: NOON,
      status: 'connected',
      tokenVersion: 1,
    });
    expect([dataKey, ...refreshTokens].map((b) => Buffer.from(b ?? []).toString())).toEqual(['key', 'token']);
    await store.connect(user, aConsent());
    expect((await store.read(user))?.connectionId).not.toBe(connection.connectionId);
  });

  test('each change moves the version, and is refused from any other', async () => {
    const { store, connection } = await connected();
    const changes = [
      () => store.keepTokens(connection, bytes('key'), [bytes('new')]),
      () => store.markRevoked(connection, NOON, NOON + 1),
      () => store.claimConfirmation(connection, NOON + 2),
      () => store.eraseTokens(connection, NOON),
    ];
    expect(await changes[0]?.()).toMatchObject({ tokenVersion: 2 });
    for (const change of changes) expect(await change()).toBeUndefined();
  });

  test('revoked, claimed, erased: what each leaves', async () => {
    const { store, connection } = await connected();
    const marked = await store.markRevoked(connection, NOON, NOON + 600_000);
    expect(marked).toMatchObject({ status: 'revoked', revokedAtMs: NOON, confirmAtMs: NOON + 600_000 });
    expect(marked?.refreshTokens).toHaveLength(1);
    if (!marked) return;
    const claimed = await store.claimConfirmation(marked, NOON + 1_200_000);
    expect(claimed).toMatchObject({ status: 'revoked', revokedAtMs: NOON, confirmAtMs: NOON + 1_200_000 });
    if (!claimed) return;
    const erased = await store.eraseTokens(claimed, NOON);
    expect(erased).toMatchObject({ status: 'revoked', refreshTokens: [] });
    expect(erased).not.toHaveProperty('dataKey');
    expect(erased).not.toHaveProperty('confirmAtMs');
  });

  test('tokens that work take every trace of a revocation away, and bring an erased key back', async () => {
    const { store, connection } = await connected();
    const marked = await store.markRevoked(connection, NOON, NOON + 1);
    const erased = marked && (await store.eraseTokens(marked, NOON));
    const kept = erased && (await store.keepTokens(erased, bytes('key'), [bytes('a'), bytes('b')]));
    expect(kept).toMatchObject({ status: 'connected', connectionId: connection.connectionId });
    expect(kept?.refreshTokens).toHaveLength(2);
    expect(kept).toHaveProperty('dataKey');
    expect(kept).not.toHaveProperty('revokedAtMs');
  });

  test('removing removes, once or twice, and nothing that began before brings it back', async () => {
    const { store, user, connection } = await connected();
    await store.remove(user);
    await store.remove(user);
    expect(await store.keepTokens(connection, bytes('key'), [bytes('new')])).toBeUndefined();
    expect(await store.markRevoked(connection, NOON, NOON)).toBeUndefined();
    expect(await store.eraseTokens(connection, NOON)).toBeUndefined();
    expect(await store.read(user)).toBeUndefined();
  });

  test('nothing that began under an older consent touches the new one, even of the same version', async () => {
    const { store, user, connection } = await connected();
    await store.connect(user, aConsent());
    expect(await store.keepTokens(connection, bytes('key'), [bytes('old')])).toBeUndefined();
    expect(await store.markRevoked(connection, NOON, NOON)).toBeUndefined();
    expect(await store.read(user)).toMatchObject({ status: 'connected', tokenVersion: 1 });
  });

  test('one of many changes at once comes through', async () => {
    const { store, connection } = await connected();
    const changes = await Promise.all(
      Array.from({ length: 20 }, (__, i) =>
        store.keepTokens(connection, bytes('key'), [bytes(`token ${i}`)]),
      ),
    );
    expect(changes.filter(Boolean)).toHaveLength(1);
  });
});

describe('what stands beside the tokens', () => {
  const readItem = async (user: string) =>
    (await dynamoDb.db.send(new GetCommand({ TableName: TABLES.account, Key: connectionKey(user) }))).Item;
  const withPlays = async (user: string) => {
    const Item = { ...(await readItem(user)), plays: bytes('plays'), playsVersion: 'v1', syncRetryAtMs: 1 };
    await dynamoDb.db.send(new PutCommand({ TableName: TABLES.account, Item }));
  };

  test('the plays stay when the same account consents again, and its back-off does not', async () => {
    const store = onDynamoDb();
    const user = aUser();
    await store.connect(user, aConsent());
    await withPlays(user);
    await store.connect(user, aConsent());
    expect(await readItem(user)).toHaveProperty('plays');
    expect(await readItem(user)).not.toHaveProperty('syncRetryAtMs');
  });

  test('the plays go when another account takes its place', async () => {
    const store = onDynamoDb();
    const user = aUser();
    await store.connect(user, aConsent());
    await withPlays(user);
    await store.connect(user, aConsent('account-2'));
    expect(await readItem(user)).not.toHaveProperty('plays');
    expect(await readItem(user)).not.toHaveProperty('playsVersion');
  });

  test('the plays go with the connection', async () => {
    const store = onDynamoDb();
    const user = aUser();
    await store.connect(user, aConsent());
    await withPlays(user);
    await store.remove(user);
    expect(await readItem(user)).toBeUndefined();
  });
});

describe('a consent whose write the SDK repeats', () => {
  const tokensOf = async (user: string) => {
    const { refreshTokens = [], accountId } = (await onDynamoDb().read(user)) ?? {};
    return [accountId, ...refreshTokens.map((token) => Buffer.from(token).toString())];
  };

  async function rotate(user: string) {
    const connection = await onDynamoDb().read(user);
    if (!connection) throw new Error('not connected');
    await onDynamoDb().keepTokens(connection, bytes('key'), [bytes('rotated')]);
  }

  test('is stored, though the repetition is refused', async () => {
    const [user, way] = [aUser(), await aFaultyWay(dynamoDb.endpoint)];
    way.next('lose-reply');
    await createConnectionStore({ db: way.db, table: TABLES.account }).connect(user, aConsent());
    expect(await tokensOf(user)).toEqual(['account-1', 'token']);
  });

  test('does not undo the rotation of its token when the first write arrives last', async () => {
    const [user, way] = [aUser(), await aFaultyWay(dynamoDb.endpoint)];
    way.next('delay');
    await createConnectionStore({ db: way.db, table: TABLES.account }).connect(user, aConsent());
    await rotate(user);
    await way.deliver();
    expect(await tokensOf(user)).toEqual(['account-1', 'rotated']);
  });

  test('does not do so in the place of another account either', async () => {
    const [user, way] = [aUser(), await aFaultyWay(dynamoDb.endpoint)];
    await onDynamoDb().connect(user, aConsent('account-2'));
    way.next('pass', 'delay');
    await createConnectionStore({ db: way.db, table: TABLES.account }).connect(user, aConsent());
    await rotate(user);
    await way.deliver();
    expect(await tokensOf(user)).toEqual(['account-1', 'rotated']);
  });
});

test('an item that is no connection is a defect, told without what it holds', async () => {
  const user = aUser();
  const Item = { ...connectionKey(user), connectionId: 'c', accountId: { secret: 'AQ' } };
  await dynamoDb.db.send(new PutCommand({ TableName: TABLES.account, Item }));
  await expect(onDynamoDb().read(user)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: 'a stored connection does not fit at accountId',
  });
});
