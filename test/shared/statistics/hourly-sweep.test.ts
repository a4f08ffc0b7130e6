import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createSweep } from '../../../shared/cache/sweep-expired.ts';
import { createHourlySweep } from '../../../shared/statistics/hourly-sweep.ts';
import { createReadStatistics, createReadStock } from '../../../shared/statistics/read-statistics.ts';
import { createSnapshotStore } from '../../../shared/statistics/snapshot-store.ts';
import { createTotalsStore } from '../../../shared/statistics/totals-store.ts';
import { aClock } from '../../support/a-clock.ts';
import { anEnvironment, HOUR, WINDOWS } from '../../support/a-recorder.ts';
import { borrowDynamoDb, startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { aFaultyWay } from '../../support/faulty-dynamodb.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { aUser } from '../../support/service.ts';

let server: TestDynamoDb;
let dynamo: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
beforeEach(async () => {
  dynamo = await borrowDynamoDb(server.endpoint);
  return () => dynamo.close();
});
afterAll(() => server.close());

const IN_TIME = () => 300_000;

/** A cache whose every list is counted, and its sweep. */
function aFleet({ way = dynamo.db } = {}) {
  const { db, tables } = dynamo;
  const clock = aClock();
  const totals = createTotalsStore({ db, table: tables.statistics });
  const snapshots = createSnapshotStore({ db, table: tables.statistics });
  const cache = createArtistsCache({ db, table: tables.cache, windows: WINDOWS });
  const published: object[] = [];
  const sweep = createHourlySweep({
    sweepExpired: createSweep({ db, table: tables.cache }),
    statistics: anEnvironment(createTotalsStore({ db: way, table: tables.statistics }), clock),
    readStock: createReadStock({ totals, windows: WINDOWS }),
    snapshots,
    publishMetrics: (values) => published.push(values),
    clock,
  });
  const writer = anEnvironment(totals, clock);
  async function store(userId = aUser()) {
    const { fence, stored } = await cache.get(userId, 0, 1, clock.nowMs());
    const list = { artists: realisticArtists(30), computedAtMs: clock.nowMs() };
    const result = await cache.set(userId, list, { fence, stored });
    if (result.stored) writer.record([{ name: 'stored', list: result.list, replaced: stored }]);
    await writer.writeAll();
    return userId;
  }
  const read = createReadStatistics({ totals, snapshots, windows: WINDOWS });
  return { clock, sweep, store, cache, published, read: () => read('24h', clock.nowMs()) };
}

it('deletes what has expired, counts what remains, and answers exactly that', async () => {
  const { clock, sweep, store, cache } = aFleet();
  const gone = await store();
  clock.advance(2 * HOUR);
  const old = await store();
  clock.advance(3.5 * HOUR);
  await store();
  clock.advance(0.5 * HOUR);
  expect(await sweep(IN_TIME)).toEqual({ deleted: 1, entries: 2, stale_entries: 1 });
  expect(await cache.get(gone, 0, 1, clock.nowMs())).toMatchObject({ state: 'none', fence: 'none' });
  expect(await cache.get(old, 0, 1, clock.nowMs())).toMatchObject({ state: 'old' });
  expect(await sweep(IN_TIME)).toEqual({ deleted: 0, entries: 2, stale_entries: 1 });
});

it('says the same as the statistics, and leaves a sign that it ran', async () => {
  const { clock, sweep, store, read, published } = aFleet();
  await store();
  await store();
  clock.advance(6 * HOUR);
  await store();
  const report = await sweep(IN_TIME);
  const { stock, lastSweep } = await read();
  expect(report).toEqual({ deleted: 2, entries: 1, stale_entries: 0 });
  expect(stock).toEqual({ entries: 1, staleEntries: 0, bytes: expect.any(Number) });
  expect(lastSweep).toEqual({ sweptAtMs: clock.nowMs(), deleted: 2, ...stock });
  expect(published).toEqual([
    {
      SweepHeartbeat: 1,
      SweepDeleted: 2,
      SweepUnfinished: 0,
      Entries: 1,
      StaleEntries: 0,
      Bytes: stock.bytes,
    },
  ]);
});

it('leaves to the next hour what it has no time for', async () => {
  const { clock, sweep, store, published } = aFleet();
  await store();
  clock.advance(6 * HOUR);
  expect(await sweep(() => 19_999)).toMatchObject({ deleted: 0 });
  expect(published).toMatchObject([{ SweepUnfinished: 1, SweepHeartbeat: 1 }]);
  expect(await sweep(IN_TIME)).toMatchObject({ deleted: 1, entries: 0 });
});

it('counts a list once that was computed anew before it was swept', async () => {
  const { clock, sweep, store } = aFleet();
  const user = await store();
  clock.advance(6 * HOUR);
  await store(user);
  expect(await sweep(IN_TIME)).toEqual({ deleted: 0, entries: 1, stale_entries: 0 });
});

it('has its own deletions in the count, also when writing them takes a second attempt', async () => {
  const way = await aFaultyWay(server.endpoint);
  const { clock, sweep, store } = aFleet({ way: way.db });
  // Expires in the middle of a slot: until that is over, only the booking of the sweep tells that the list is gone.
  clock.advance(2 * 60_000);
  await store();
  clock.advance(6 * HOUR);
  way.next('lose-request');
  expect(await sweep(IN_TIME)).toEqual({ deleted: 1, entries: 0, stale_entries: 0 });
});

it('has nothing to say of an empty table', async () => {
  const { sweep } = aFleet();
  expect(await sweep(IN_TIME)).toEqual({ deleted: 0, entries: 0, stale_entries: 0 });
});
