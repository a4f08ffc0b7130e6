import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { createCountEntries } from '../../../shared/cache/count-entries.ts';
import { createHourlySweep, createSweep } from '../../../shared/cache/sweep-expired.ts';
import { aClock } from '../../support/a-clock.ts';
import { HOUR, WINDOWS } from '../../support/a-recorder.ts';
import { borrowDynamoDb, startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
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

/** A cache and its sweep. */
function aFleet() {
  const { db, tables } = dynamo;
  const table = tables.cache;
  const clock = aClock();
  const cache = createArtistsCache({ db, table, windows: WINDOWS });
  const countEntries = createCountEntries({ db, table, windows: WINDOWS });
  const published: object[] = [];
  const sweep = createHourlySweep({
    sweepExpired: createSweep({ db, table }),
    countEntries,
    publishMetrics: (values) => published.push(values),
    clock,
  });
  async function store(userId = aUser()) {
    const { fence, stored } = await cache.get(userId, 0, 1, clock.nowMs());
    const list = { artists: realisticArtists(30), computedAtMs: clock.nowMs() };
    await cache.set(userId, list, { fence, stored });
    return userId;
  }
  return { clock, sweep, store, cache, published, count: () => countEntries(clock.nowMs()) };
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

it('tells what it counted, and that it ran', async () => {
  const { clock, sweep, store, published } = aFleet();
  await store();
  await store();
  clock.advance(6 * HOUR);
  await store();
  expect(await sweep(IN_TIME)).toEqual({ deleted: 2, entries: 1, stale_entries: 0 });
  expect(published).toEqual([
    { SweepHeartbeat: 1, SweepDeleted: 2, SweepUnfinished: 0, Entries: 1, StaleEntries: 0 },
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

it('has nothing to say of an empty table', async () => {
  const { sweep } = aFleet();
  expect(await sweep(IN_TIME)).toEqual({ deleted: 0, entries: 0, stale_entries: 0 });
});

it('counts a list as old from the second on in which it is, and no more when it may not be served', async () => {
  const { clock, store, count } = aFleet();
  await store();
  clock.advance(3 * HOUR - 1_000);
  expect(await count()).toEqual({ entries: 1, staleEntries: 0 });
  clock.advance(1_000);
  expect(await count()).toEqual({ entries: 1, staleEntries: 1 });
  clock.advance(3 * HOUR - 1_000);
  expect(await count()).toEqual({ entries: 1, staleEntries: 1 });
  clock.advance(1_000);
  expect(await count()).toEqual({ entries: 0, staleEntries: 0 });
});

it('counts a young list as stale once it is marked, and one of every hour that lists can expire in', async () => {
  const { clock, store, cache, count } = aFleet();
  const user = await store();
  const { fence } = await cache.get(user, 0, 1, clock.nowMs());
  await cache.markAsStale(user, fence ?? '');
  for (let hour = 1; hour < 6; hour++) {
    clock.advance(HOUR);
    await store();
  }
  // Those of the first three hours, the marked one among them.
  expect(await count()).toEqual({ entries: 6, staleEntries: 3 });
});
