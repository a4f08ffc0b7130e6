import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSelectionStore } from '../../../shared/artists/selection-store.ts';
import { SelectionLimitReached } from '../../../shared/errors.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../../support/dynalite.ts';
import { aUser } from '../../support/service.ts';

const KACEY = '70kkdajctXSbqSMJbQO424';
const FRED = '4oLeXFyACqeem2VImYeBFe';
const id = (n: number) => String(n).padStart(22, '0');

let dynamoDb: TestDynamoDb;
let selections: ReturnType<typeof createSelectionStore>;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  selections = createSelectionStore({ db: dynamoDb.db, table: TABLES.account });
});
afterAll(() => dynamoDb.close());

/** A user who has selected `count` artists. */
async function aUserWith(count: number): Promise<string> {
  const user = aUser();
  const selected = new Set(Array.from({ length: count }, (_, n) => id(n)));
  const Item = { pk: `user:${user}`, sk: 'selection', ...(count > 0 && { selected }) };
  await dynamoDb.db.send(new PutCommand({ TableName: TABLES.account, Item }));
  return user;
}

describe('a selection', () => {
  test('begins empty, grows and shrinks', async () => {
    const user = aUser();
    expect(await selections.read(user)).toEqual(new Set());
    await selections.select(user, KACEY);
    await selections.select(user, FRED);
    await selections.select(user, FRED);
    expect(await selections.read(user)).toEqual(new Set([KACEY, FRED]));
    await selections.deselect(user, KACEY);
    await selections.deselect(user, KACEY);
    expect(await selections.read(user)).toEqual(new Set([FRED]));
    await selections.deselect(user, FRED);
    expect(await selections.read(user)).toEqual(new Set());
    await selections.select(user, KACEY);
    expect(await selections.read(user)).toEqual(new Set([KACEY]));
  });

  test('flips, also from nothing and back to nothing', async () => {
    const user = aUser();
    expect(await selections.flip(user, KACEY)).toBe(true);
    expect(await selections.flip(user, KACEY)).toBe(false);
    expect(await selections.flip(user, KACEY)).toBe(true);
    expect(await selections.read(user)).toEqual(new Set([KACEY]));
  });

  test("is nobody else's", async () => {
    const [alice, bob] = [aUser(), aUser()];
    await selections.select(alice, KACEY);
    expect(await selections.read(bob)).toEqual(new Set());
  });
});

describe('at the limit of 5,000', () => {
  test('one more is refused, however it is asked for', async () => {
    const user = await aUserWith(5_000);
    await expect(selections.select(user, KACEY)).rejects.toBeInstanceOf(SelectionLimitReached);
    await expect(selections.flip(user, KACEY)).rejects.toBeInstanceOf(SelectionLimitReached);
    expect((await selections.read(user)).size).toBe(5_000);
  });

  test('what is selected may be selected again, deselected and flipped', async () => {
    const user = await aUserWith(5_000);
    await selections.select(user, id(7));
    expect(await selections.flip(user, id(7))).toBe(false);
    await selections.select(user, KACEY);
    expect((await selections.read(user)).size).toBe(5_000);
  });

  test('many at once do not pass it', async () => {
    const user = await aUserWith(4_998);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => selections.select(user, id(9_000 + n))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect((await selections.read(user)).size).toBe(5_000);
  });
});

describe('many at once', () => {
  test('different artists are all there', async () => {
    const user = aUser();
    await Promise.all(Array.from({ length: 30 }, (_, n) => selections.select(user, id(n))));
    expect((await selections.read(user)).size).toBe(30);
  });

  test('flips take turns: as many on as off, and each was told the truth', async () => {
    const user = aUser();
    const told = await Promise.all(Array.from({ length: 6 }, () => selections.flip(user, KACEY)));
    expect(told.filter(Boolean)).toHaveLength(3);
    expect(await selections.read(user)).toEqual(new Set());
  });

  test('a flip whose reply was lost, and which the SDK repeats, is not flipped back', async () => {
    const user = await aUserWith(0);
    const send = dynamoDb.db.send.bind(dynamoDb.db);
    const repeating = Object.create(dynamoDb.db) as typeof dynamoDb.db;
    // The first write that takes effect is sent twice, as after a reply that was lost.
    let lost = false;
    repeating.send = (async (command: never) => {
      const reply = await send(command);
      if (lost || (command as object).constructor.name !== 'UpdateCommand') return reply;
      lost = true;
      return send(command);
    }) as typeof repeating.send;
    const flaky = createSelectionStore({ db: repeating, table: TABLES.account });
    expect(await flaky.flip(user, KACEY)).toBe(true);
    expect(await selections.read(user)).toEqual(new Set([KACEY]));
    lost = false;
    expect(await flaky.flip(user, KACEY)).toBe(false);
    expect(await selections.read(user)).toEqual(new Set());
  });
});
