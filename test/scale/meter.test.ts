import { readFileSync } from 'node:fs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createArtistsCache } from '../../shared/cache/artists-cache.ts';
import { createComputationStore } from '../../shared/cache/computation-store.ts';
import { EXPIRY_SHARDS, expiryHour } from '../../shared/cache/keys.ts';
import { createSweep } from '../../shared/cache/sweep-expired.ts';
import { NOON } from '../support/a-clock.ts';
import { startDynamoDb, TABLES, type TestDynamoDb } from '../support/dynalite.ts';
import type { FakeCommand } from '../support/fake-dynamo.ts';
import { createFakeTables } from '../support/fake-tables.ts';
import { realisticArtists } from '../support/realistic-artists.ts';
import { type Charge, executeMetered } from './meter.ts';

const HOUR_MS = 3_600_000;
const WINDOWS = { freshMs: 3 * HOUR_MS, keepMs: 6 * HOUR_MS };
const bench = JSON.parse(readFileSync(new URL('../../docs/bench.json', import.meta.url), 'utf8'));

/** A cache on the simulator's store, and what its commands cost. */
function metered() {
  const fake = createFakeTables();
  const charges: Charge[] = [];
  const send = async (command: FakeCommand) => {
    const { outcome, charge } = executeMetered(fake, command);
    charges.push(charge);
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  };
  const db = { send } as unknown as DynamoDBDocumentClient;
  return { charges, ...storesOn(db, TABLES.cache) };
}

function storesOn(db: DynamoDBDocumentClient, table: string) {
  const cache = createArtistsCache({ db, table, windows: WINDOWS });
  async function set(userId: string, count: number, seed = 1, computedAtMs = NOON) {
    const { fence, stored } = await cache.get(userId, 0, 1, computedAtMs);
    await cache.set(userId, { artists: realisticArtists(count, seed), computedAtMs }, { fence, stored });
  }
  return {
    cache,
    set,
    computations: createComputationStore({ db, table }),
    sweep: createSweep({ db, table }),
  };
}

test('a page of a list of 500 costs what the bench has measured', async () => {
  const { cache, set, charges } = metered();
  await set('ann', 500);
  charges.length = 0;
  for (let page = 0; page < 50; page += 1) await cache.get('ann', page, 10, NOON);
  expect(charges.reduce((sum, { read }) => sum + read, 0) / 50).toBe(
    bench.capacity.subjects[0].readUnitsPerHit,
  );
});

test('a list of 500 in the place of another costs what the bench has measured, with two units of the index', async () => {
  const { set, charges } = metered();
  await set('ann', 500, 2);
  const first = charges.splice(0);
  await set('ann', 500, 1, NOON + HOUR_MS);

  const { subjects, firstComputation } = bench.capacity;
  const inTable = charges.reduce((sum, { write }) => sum + write, 0);
  const inIndex = charges.reduce((sum, { index }) => sum + index.write, 0);
  expect(inTable).toBe(subjects[0].writeUnitsPerSet);
  expect(inTable + inIndex).toBe(firstComputation.setWithIndex);
  expect(first.map(({ index }) => index.write).filter(Boolean)).toEqual([1]);
});

describe('what the simulator charges is what a DynamoDB says', () => {
  let dynamo: TestDynamoDb;
  beforeAll(async () => {
    dynamo = await startDynamoDb();
  });
  afterAll(() => dynamo.close());

  interface Consumed {
    ConsumedCapacity?: { CapacityUnits?: number; Table?: { CapacityUnits?: number } };
  }

  /** The same stores on a server that is asked what it charges. */
  function counted() {
    const units: number[] = [];
    const send = async (command: FakeCommand) => {
      (command.input as { ReturnConsumedCapacity?: string }).ReturnConsumedCapacity = 'INDEXES';
      const reply = (await dynamo.db.send(command as never)) as Consumed;
      const { Table, CapacityUnits } = reply.ConsumedCapacity ?? {};
      units.push(Table?.CapacityUnits || (CapacityUnits ?? 0));
      return reply;
    };
    return { units, ...storesOn({ send } as unknown as DynamoDBDocumentClient, dynamo.tables.cache) };
  }

  test('command by command: a miss, lists of the bench, a page, a lease, a mark, an invalidation', async () => {
    async function story({ cache, set, computations }: ReturnType<typeof storesOn>) {
      await set('ann', 137);
      await set('ann', 500, 2);
      await set('ann', 500, 1);
      await cache.get('ann', 3, 10, NOON);
      await cache.get('bob', 0, 10, NOON);
      const lease = { userId: 'ann', token: 'token', fence: 'fence' };
      await computations.acquire(lease, NOON, NOON + 8_000);
      await computations.fail(lease, 'SPOTIFY_UNAVAILABLE', NOON + 30_000);
      await cache.invalidateSelection('ann', 'revision', NOON);
      await cache.invalidateUser('ann', NOON);
    }
    const [ours, theirs] = [metered(), counted()];
    await story(ours);
    await story(theirs);
    expect(ours.charges.map(({ read, write }) => read + write)).toEqual(theirs.units);
  });

  test('a sweep: the queries of the index, and each deletion', async () => {
    const [ours, theirs] = [metered(), counted()];
    for (const each of [ours, theirs]) {
      for (let user = 0; user < 30; user += 1) await each.set(`user-${user}`, 50);
    }
    ours.charges.length = 0;
    theirs.units.length = 0;
    const at = { nowMs: NOON + 7 * HOUR_MS, isOutOfTime: () => false };
    for (const each of [ours, theirs]) expect((await each.sweep(at)).deleted).toBe(30);
    const found = new Set(Array.from({ length: 30 }, (_, user) => expiryHour(`user-${user}`, 0))).size;
    const sum = (units: readonly number[]) => units.reduce((all, one) => all + one, 0);
    const deletions = sum(ours.charges.map(({ write }) => write));
    expect(sum(theirs.units)).toBe(deletions + found / 2);
    // That an empty partition costs half a unit as well, the embedded server does not say.
    expect(sum(ours.charges.map(({ index }) => index.read))).toBe((49 * EXPIRY_SHARDS) / 2);
  });
});
