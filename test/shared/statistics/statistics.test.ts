import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StorageUnavailable } from '../../../shared/errors.ts';
import { createReadStatistics } from '../../../shared/statistics/read-statistics.ts';
import { createSnapshotStore } from '../../../shared/statistics/snapshot-store.ts';
import { createTotalsStore } from '../../../shared/statistics/totals-store.ts';
import { aClock, NOON } from '../../support/a-clock.ts';
import { anEnvironment, aStoredList, HIT, HOUR, MISS, WINDOWS } from '../../support/a-recorder.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { aFaultyWay } from '../../support/faulty-dynamodb.ts';

const DAY = 24 * HOUR;
const MINUTE = 60_000;

let dynamo: TestDynamoDb;
beforeAll(async () => {
  dynamo = await startDynamoDb();
});
afterAll(() => dynamo.close());

/** Each test counts on days of its own. */
let nextStartMs = NOON;
function aDay() {
  nextStartMs += 20 * DAY;
  return aClock(nextStartMs);
}

const parts = () => {
  const place = { db: dynamo.db, table: dynamo.tables.statistics };
  return { totals: createTotalsStore(place), snapshots: createSnapshotStore(place), windows: WINDOWS };
};

const read = (window: '1h' | '24h' | '7d', nowMs: number) => createReadStatistics(parts())(window, nowMs);

async function countsOf(nowMs: number, window: '1h' | '24h' | '7d' = '1h') {
  const { counts } = await read(window, nowMs);
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
}

describe('what an environment writes', () => {
  it('is what it counted, in five-minute slots of the hour', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    record([HIT]);
    clock.advance(6 * MINUTE);
    record([HIT]);
    record([MISS]);
    await writeAll();

    const [totals] = await parts().totals.read(new Date(clock.nowMs()).toISOString().slice(0, 13));
    expect([...(totals?.counts ?? [])]).toEqual([
      [0, expect.objectContaining({ hits: 1, misses: 0 })],
      [1, expect.objectContaining({ hits: 1, misses: 1 })],
    ]);
    expect(await countsOf(clock.nowMs())).toEqual({ hits: 2, misses: 1 });
  });

  it('is cumulative: written five times, counted once', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    for (let i = 0; i < 5; i += 1) {
      record([HIT]);
      await writeAll();
    }
    expect(await countsOf(clock.nowMs())).toEqual({ hits: 5 });
  });

  it('adds up over environments', async () => {
    const clock = aDay();
    for (const hits of [2, 3]) {
      const { record, writeAll } = anEnvironment(parts().totals, clock);
      for (let i = 0; i < hits; i += 1) record([HIT]);
      await writeAll();
    }
    expect(await countsOf(clock.nowMs())).toEqual({ hits: 5 });
  });

  it('goes on in a new item at the turn of the hour, and ends the old one first', async () => {
    const clock = aDay();
    clock.advance(HOUR - 1);
    const { record, writeAll } = anEnvironment(parts().totals, clock, { name: 'one' });
    record([HIT]);
    clock.advance(1);
    record([MISS]);
    record([MISS]);
    await writeAll();

    const hour = (ms: number) => parts().totals.read(new Date(ms).toISOString().slice(0, 13));
    const [before] = await hour(clock.nowMs() - 1);
    const [after] = await hour(clock.nowMs());
    expect([...(before?.counts ?? [])]).toEqual([[11, expect.objectContaining({ hits: 1, misses: 0 })]]);
    expect([...(after?.counts ?? [])]).toEqual([[0, expect.objectContaining({ hits: 0, misses: 2 })]]);
  });

  it('begins no hour again when the clock is set back', async () => {
    const clock = aDay();
    clock.advance(HOUR - 1);
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    record([HIT]);
    clock.advance(1);
    record([HIT]);
    await writeAll();
    clock.advance(-1);
    record([HIT]);
    await writeAll();
    expect(await countsOf(clock.nowMs() + 1)).toEqual({ hits: 3 });
  });

  it('holds no booking on a moment that is over', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    const expired = Array.from({ length: 40 }, (_, i) =>
      aStoredList({ computedAtMs: clock.nowMs() - (7 + i) * HOUR }),
    );
    record(expired.map((list) => ({ name: 'removed', list })));
    await writeAll();
    const [totals] = await parts().totals.read(new Date(clock.nowMs()).toISOString().slice(0, 13));
    expect(totals?.ledger.size).toBe(0);
  });

  it('stays within a few kilobytes, whatever happens in an hour', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock, { name: randomUUID() });
    const usage = { calls: 20, failures: 9, rateLimited: 9, revocations: 9 };
    for (let second = 0; second < 3_599; second += 1) {
      const list = aStoredList({ computedAtMs: clock.nowMs(), bytes: 300_000 });
      const replaced = aStoredList({ computedAtMs: clock.nowMs() - (second % 360) * MINUTE, isStale: true });
      record([
        { name: 'platform-asked', usage },
        { name: 'waited', ms: 1_000 },
        { name: 'computed', ms: 20_000 },
        { name: 'stored', list, replaced },
        { name: 'toggled' },
        { name: 'error', code: 'INTERNAL' },
        ...[HIT, MISS, HIT, MISS],
      ]);
      clock.advance(1_000);
    }
    await writeAll();
    const written = vi.spyOn(dynamo.db, 'send');
    record([HIT]);
    await writeAll();
    const sizes = written.mock.calls.map(([command]) => JSON.stringify(command.input).length);
    expect(Math.max(...sizes)).toBeLessThan(5_000);
  });
});

describe('when the way to DynamoDB is bad', () => {
  it.each(['lose-request', 'lose-reply'] as const)(
    '%s: the SDK repeats the write, it counts once',
    async (fate) => {
      const clock = aDay();
      const way = await aFaultyWay(dynamo.endpoint);
      const totals = createTotalsStore({ db: way.db, table: dynamo.tables.statistics });
      const { record, writeAll } = anEnvironment(totals, clock);
      record([HIT]);
      way.next(fate);
      await writeAll();
      expect(way.requests).toHaveLength(2);
      record([HIT]);
      await writeAll();
      expect(await countsOf(clock.nowMs())).toEqual({ hits: 2 });
    },
  );

  it('a write that arrives after a later one takes nothing back', async () => {
    const clock = aDay();
    const way = await aFaultyWay(dynamo.endpoint);
    const totals = createTotalsStore({ db: way.db, table: dynamo.tables.statistics });
    const { record, writeAll } = anEnvironment(totals, clock);
    way.next('delay');
    record([HIT]);
    await writeAll();
    record([HIT]);
    await writeAll();
    const [late] = await way.deliver();
    expect(late?.body).toContain('ConditionalCheckFailedException');
    expect(await countsOf(clock.nowMs())).toEqual({ hits: 2 });
  });

  it('keeps what it could not write for the next write', async () => {
    const clock = aDay();
    const way = await aFaultyWay(dynamo.endpoint, { maxAttempts: 1 });
    const totals = createTotalsStore({ db: way.db, table: dynamo.tables.statistics });
    const { record, writeAll, writeIfDue, fireTimers, timers, failures } = anEnvironment(totals, clock);
    way.next('lose-request', 'lose-request');
    record([HIT]);
    await vi.waitFor(() => expect(failures).toEqual([expect.any(StorageUnavailable)]));
    expect(timers()).toEqual([5_000]);
    await expect(writeAll()).rejects.toThrow(StorageUnavailable);
    expect(await countsOf(clock.nowMs())).toEqual({});

    clock.advance(1_000);
    writeIfDue();
    fireTimers();
    await vi.waitFor(async () => expect(await countsOf(clock.nowMs())).toEqual({ hits: 1 }));
  });
});

describe('when it writes', () => {
  function aStore() {
    const writes: number[] = [];
    const replies: PromiseWithResolvers<void>[] = [];
    return {
      writes,
      replies,
      finish: async () => {
        for (const reply of replies.splice(0)) reply.resolve();
        await new Promise(setImmediate);
      },
      write: (_environment: string, seq: number) => {
        writes.push(seq);
        const reply = Promise.withResolvers<void>();
        replies.push(reply);
        return reply.promise;
      },
    };
  }

  it('begins with each request, and waits for no reply to the one before', async () => {
    const store = aStore();
    const { record, timers } = anEnvironment(store, aClock());
    record([HIT]);
    record([HIT]);
    expect(store.writes).toEqual([1, 2]);
    expect(timers()).toEqual([]);
    await store.finish();
    expect(store.writes).toEqual([1, 2]);
  });

  it('leaves what comes beyond four at once to a timer', async () => {
    const store = aStore();
    const { record, timers, fireTimers } = anEnvironment(store, aClock());
    for (let i = 0; i < 6; i += 1) record([HIT]);
    expect(store.writes).toHaveLength(4);
    expect(timers()).toEqual([1_000]);
    await store.finish();
    fireTimers();
    expect(store.writes).toHaveLength(5);
    await store.finish();
    expect(timers()).toEqual([]);
  });

  it('spares writes under a load that goes on: ten a second after the first thousand', async () => {
    const store = aStore();
    const clock = aClock();
    const { record } = anEnvironment(store, clock);
    for (let request = 0; request < 3_000; request += 1) {
      record([HIT]);
      await store.finish();
      clock.advance(20);
    }
    // A minute at 50 requests a second.
    expect(store.writes.length).toBeGreaterThan(1_000);
    expect(store.writes.length).toBeLessThanOrEqual(1_000 + 60 * 10);
  });

  it('makes up beside the next request for what was left to a timer when the environment was frozen', async () => {
    const store = aStore();
    const clock = aClock();
    const { record, writeIfDue, timers, fireTimers } = anEnvironment(store, clock);
    for (let i = 0; i < 5; i += 1) record([HIT]);
    await store.finish();
    writeIfDue();
    expect(timers()).toEqual([1_000]);
    clock.advance(600_000);
    writeIfDue();
    expect(store.writes).toHaveLength(4);
    expect(timers()).toEqual([1_000, 0]);
    fireTimers();
    expect(store.writes).toHaveLength(5);
    await store.finish();
    writeIfDue();
    fireTimers();
    expect(store.writes).toHaveLength(5);
  });

  it('ends an hour only when all of it is written', async () => {
    const store = aStore();
    const clock = aClock(NOON + HOUR - 1);
    const { record, fireTimers, failures } = anEnvironment(store, clock);
    record([HIT]);
    record([HIT]);
    clock.advance(1);
    record([HIT]);
    // The later write of the old hour fails after the earlier one came through.
    store.replies[0]?.resolve();
    await new Promise(setImmediate);
    store.replies[1]?.reject(new Error('lost'));
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    fireTimers();
    expect(store.writes).toEqual([1, 2, 3, 4]);
  });

  it('does nothing when nothing was counted', () => {
    const store = aStore();
    const { record, writeIfDue, timers } = anEnvironment(store, aClock());
    record([]);
    writeIfDue();
    expect(store.writes).toEqual([]);
    expect(timers()).toEqual([]);
  });
});

describe('the window', () => {
  it('begins with a whole slot and ends now', async () => {
    const clock = aDay();
    clock.advance(7 * MINUTE + 12_345);
    const { fromMs, toMs } = await read('1h', clock.nowMs());
    expect(clock.nowMs() - toMs).toBe(0);
    expect(new Date(fromMs).toISOString()).toMatch(/T11:05:00\.000Z$/);
  });

  it('holds the slot it begins with and none before', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    clock.advance(5 * MINUTE - 1);
    record([HIT]);
    clock.advance(1);
    record([MISS]);
    await writeAll();
    const inOneHour = clock.nowMs() + HOUR;
    expect(await countsOf(inOneHour)).toEqual({ misses: 1 });
    expect(await countsOf(inOneHour - 1)).toEqual({ hits: 1, misses: 1 });
    expect(await countsOf(inOneHour, '24h')).toEqual({ hits: 1, misses: 1 });
  });

  it('reaches over a week', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    for (let day = 0; day < 8; day += 1) {
      record([HIT]);
      clock.advance(DAY);
    }
    await writeAll();
    expect(await countsOf(clock.nowMs(), '7d')).toEqual({ hits: 7 });
    expect(await countsOf(clock.nowMs(), '24h')).toEqual({ hits: 1 });
  });

  it('counts lists that were stored before it began', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    record([{ name: 'stored', list: aStoredList({ computedAtMs: clock.nowMs() }), replaced: undefined }]);
    await writeAll();
    const { stock } = await read('1h', clock.nowMs() + 5 * HOUR);
    expect(stock).toEqual({ entries: 1, staleEntries: 1, bytes: 4_000 });
  });

  it('passes over items of a format that it does not know', async () => {
    const clock = aDay();
    const { record, writeAll } = anEnvironment(parts().totals, clock);
    record([HIT]);
    await writeAll();
    const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
    const Item = { pk: new Date(clock.nowMs()).toISOString().slice(0, 13), sk: 'other', format: 2, seq: 1 };
    await dynamo.db.send(new PutCommand({ TableName: dynamo.tables.statistics, Item }));
    expect(await countsOf(clock.nowMs())).toEqual({ hits: 1 });
  });
});
