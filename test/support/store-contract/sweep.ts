import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { createSweep } from '../../../shared/cache/sweep-expired.ts';
import { aList, aUser, cacheOn, entryOf, HOUR_MS, intercepting, type Store, storeList } from './given.ts';

/** Each test has days of its own: a sweep sees everybody's entries. */
let day = Date.parse('2027-01-04T00:00:00.000Z');
const anotherDay = () => {
  day += 7 * 24 * HOUR_MS;
  return day;
};

export function describeSweep(store: () => Store): void {
  const given = async (count: number, computedAtMs: number) => {
    const cache = cacheOn(store());
    const userIds = Array.from({ length: count }, aUser);
    for (const userId of userIds) await storeList(cache, userId, aList(3, { computedAtMs }));
    return { cache, userIds, userId: userIds[0] as string };
  };
  const sweepAt = (nowMs: number, from = store()) => createSweep(from)({ nowMs, isOutOfTime: () => false });

  describe('the sweep', () => {
    test('deletes a list when its 6 hours are over, not a second before', async () => {
      const computedAtMs = anotherDay();
      const { userId } = await given(1, computedAtMs);
      const before = await sweepAt(computedAtMs + 6 * HOUR_MS - 1_000);
      expect(before).toEqual({ deleted: 0, complete: true });
      expect(await entryOf(store(), userId)).toBeDefined();
      const { deleted } = await sweepAt(computedAtMs + 6 * HOUR_MS);
      expect(deleted).toBe(1);
      expect(await entryOf(store(), userId)).toBeUndefined();
    });

    test('finds what expired in any hour of the last two days', async () => {
      const computedAtMs = anotherDay();
      const { userId } = await given(1, computedAtMs);
      const { deleted } = await sweepAt(computedAtMs + (6 + 47) * HOUR_MS);
      expect(deleted).toBe(1);
      expect(await entryOf(store(), userId)).toBeUndefined();
    });

    test('leaves what was computed anew after it looked', async () => {
      const computedAtMs = anotherDay();
      const { cache, userId } = await given(1, computedAtMs);
      const nowMs = computedAtMs + 7 * HOUR_MS;
      const racing = intercepting(store(), async (command, send) => {
        const result = await send();
        if (command instanceof QueryCommand && (result as { Count: number }).Count > 0)
          await storeList(cache, userId, aList(4, { computedAtMs: nowMs }));
        return result;
      });
      expect((await sweepAt(nowMs, racing)).deleted).toBe(0);
      expect((await cache.get(userId, 0, 10, nowMs)).state).toBe('fresh');
    });

    test('goes through all pages of an hour, and two at once count each list once', async () => {
      const computedAtMs = anotherDay();
      const { userIds } = await given(205, computedAtMs);
      const nowMs = computedAtMs + 6 * HOUR_MS + 1;
      const sweeps = await Promise.all([sweepAt(nowMs), sweepAt(nowMs)]);
      expect(sweeps.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(userIds.length);
    });

    test('stops when its time is out, and the next one goes on', async () => {
      const computedAtMs = anotherDay();
      await given(2, computedAtMs);
      const nowMs = computedAtMs + 7 * HOUR_MS;
      const stopped = await createSweep(store())({ nowMs, isOutOfTime: () => true });
      expect(stopped).toEqual({ deleted: 0, complete: false });
      expect((await sweepAt(nowMs)).deleted).toBe(2);
    });

    test('is not stopped by an entry of a format to come, which it leaves', async () => {
      const computedAtMs = anotherDay();
      const { userIds } = await given(2, computedAtMs);
      const [odd, ordinary] = userIds as [string, string];
      const { generation: _, layout: __, ...rest } = (await entryOf(store(), odd)) as Record<string, unknown>;
      await store().db.send(new PutCommand({ TableName: store().table, Item: { ...rest, format: 2 } }));
      expect((await sweepAt(computedAtMs + 7 * HOUR_MS)).deleted).toBe(1);
      expect(await entryOf(store(), ordinary)).toBeUndefined();
      expect(await entryOf(store(), odd)).toBeDefined();
    });
  });
}
