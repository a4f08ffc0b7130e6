import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSelectionStore } from '../../../shared/artists/selection.ts';
import { SelectionLimitReached } from '../../../shared/errors.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../../support/dynalite.ts';
import { aUser } from '../../support/service.ts';
import { recording } from '../../support/store-contract/given.ts';

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
    expect((await selections.read(user)).selected).toEqual(new Set());
    await selections.set(user, KACEY, true);
    await selections.set(user, FRED, true);
    await selections.set(user, FRED, true);
    expect((await selections.read(user)).selected).toEqual(new Set([KACEY, FRED]));
    await selections.set(user, KACEY, false);
    await selections.set(user, KACEY, false);
    expect((await selections.read(user)).selected).toEqual(new Set([FRED]));
    await selections.set(user, FRED, false);
    expect((await selections.read(user)).selected).toEqual(new Set());
    await selections.set(user, KACEY, true);
    expect((await selections.read(user)).selected).toEqual(new Set([KACEY]));
  });

  test('flips, also from nothing and back to nothing', async () => {
    const user = aUser();
    expect((await selections.set(user, KACEY)).selected).toBe(true);
    expect((await selections.set(user, KACEY)).selected).toBe(false);
    expect((await selections.set(user, KACEY)).selected).toBe(true);
    expect((await selections.read(user)).selected).toEqual(new Set([KACEY]));
  });

  test('is no other user’s', async () => {
    const [alice, bob] = [aUser(), aUser()];
    await selections.set(alice, KACEY, true);
    expect((await selections.read(bob)).selected).toEqual(new Set());
  });
});

describe('at the limit of 5,000', () => {
  test('one more is refused, however it is asked for', async () => {
    const user = await aUserWith(5_000);
    await expect(selections.set(user, KACEY, true)).rejects.toBeInstanceOf(SelectionLimitReached);
    await expect(selections.set(user, KACEY)).rejects.toBeInstanceOf(SelectionLimitReached);
    expect((await selections.read(user)).selected.size).toBe(5_000);
  });

  test('what is selected may be selected again, deselected and flipped', async () => {
    const user = await aUserWith(5_000);
    await selections.set(user, id(7), true);
    expect((await selections.set(user, id(7))).selected).toBe(false);
    await selections.set(user, KACEY, true);
    expect((await selections.read(user)).selected.size).toBe(5_000);
  });

  test('many at once do not pass it', async () => {
    const user = await aUserWith(4_998);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => selections.set(user, id(9_000 + n), true)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect((await selections.read(user)).selected.size).toBe(5_000);
  });
});

describe('many at once', () => {
  test('different artists are all there', async () => {
    const user = aUser();
    await Promise.all(Array.from({ length: 30 }, (_, n) => selections.set(user, id(n), true)));
    expect((await selections.read(user)).selected.size).toBe(30);
  });

  test('flips take turns: as many on as off, and each was told the truth', async () => {
    const user = aUser();
    const told = await Promise.all(Array.from({ length: 6 }, () => selections.set(user, KACEY)));
    expect(told.filter(({ selected }) => selected)).toHaveLength(3);
    expect((await selections.read(user)).selected).toEqual(new Set());
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
    expect((await flaky.set(user, KACEY)).selected).toBe(true);
    expect((await selections.read(user)).selected).toEqual(new Set([KACEY]));
    lost = false;
    expect((await flaky.set(user, KACEY)).selected).toBe(false);
    expect((await selections.read(user)).selected).toEqual(new Set());
  });

  test('the first attempt of a write that arrives after a later one was answered changes nothing', async () => {
    const user = aUser();
    const recorder = recording({ db: dynamoDb.db, table: TABLES.account });
    const observed = createSelectionStore(recorder);
    await observed.set(user, KACEY, true);
    const [late] = recorder.sent.filter((command) => command instanceof UpdateCommand) as [UpdateCommand];
    await selections.set(user, KACEY, false);
    await expect(dynamoDb.db.send(late)).rejects.toThrow(/conditional/i);
    expect((await selections.read(user)).selected).toEqual(new Set());
  });
});
