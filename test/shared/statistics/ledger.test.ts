import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheEvent } from '../../../shared/cache/events.ts';
import type { Windows } from '../../../shared/cache/freshness.ts';
import {
  book,
  bookingsOf,
  dropPastSlots,
  type Ledger,
  ledgerSlotSeconds,
  stockOf,
} from '../../../shared/statistics/ledger.ts';
import { NOON } from '../../support/a-clock.ts';
import { aStoredList, HOUR, WINDOWS } from '../../support/a-recorder.ts';

const MINUTE = 60_000;

function aLedger(windows: Windows = WINDOWS) {
  const ledger: Ledger = new Map();
  return {
    ledger,
    tell(...events: CacheEvent[]) {
      for (const booking of events.flatMap(bookingsOf)) book(ledger, booking, ledgerSlotSeconds(windows));
    },
    stockAt: (nowMs: number) => stockOf(ledger, nowMs, windows),
  };
}

const stored = (
  list: ReturnType<typeof aStoredList>,
  replaced?: ReturnType<typeof aStoredList>,
): CacheEvent => ({
  name: 'stored',
  list,
  replaced,
});

const NOTHING = { entries: 0, staleEntries: 0, bytes: 0 };

describe('the ledger', () => {
  it('knows a list from its storing on', () => {
    const { tell, stockAt } = aLedger();
    tell(stored(aStoredList({ bytes: 4_000 })));
    expect(stockAt(NOON)).toEqual({ entries: 1, staleEntries: 0, bytes: 4_000 });
  });

  it('counts a list that replaces another instead of it', () => {
    const { tell, stockAt } = aLedger();
    const old = aStoredList({ bytes: 4_000 });
    tell(stored(old));
    tell(stored(aStoredList({ computedAtMs: NOON + 4 * HOUR, bytes: 5_000 }), old));
    expect(stockAt(NOON + 4 * HOUR)).toEqual({ entries: 1, staleEntries: 0, bytes: 5_000 });
  });

  it('counts a list as stale once it was marked, and once only when it grows old besides', () => {
    const { tell, stockAt } = aLedger();
    const list = aStoredList();
    tell(stored(list), { name: 'marked-stale', list });
    expect(stockAt(NOON)).toMatchObject({ entries: 1, staleEntries: 1 });
    expect(stockAt(NOON + 4 * HOUR)).toMatchObject({ entries: 1, staleEntries: 1 });
  });

  it('counts no list as stale that replaced one which was', () => {
    const { tell, stockAt } = aLedger();
    const list = aStoredList();
    tell(stored(list), { name: 'marked-stale', list });
    tell(stored(aStoredList({ computedAtMs: NOON + HOUR }), { ...list, isStale: true }));
    expect(stockAt(NOON + HOUR)).toMatchObject({ entries: 1, staleEntries: 0 });
  });

  it('counts a list as stale from three hours of age on', () => {
    const { tell, stockAt } = aLedger();
    tell(stored(aStoredList()));
    expect(stockAt(NOON + 3 * HOUR - 6 * MINUTE).staleEntries).toBe(0);
    expect(stockAt(NOON + 3 * HOUR).staleEntries).toBe(1);
  });

  it('forgets a list that was deleted', () => {
    const { tell, stockAt } = aLedger();
    const list = aStoredList();
    tell(stored(list), { name: 'removed', list });
    expect(stockAt(NOON)).toEqual(NOTHING);
  });

  it('counts an expired list until the sweep deletes it, at most for the rest of its slot', () => {
    const { tell, stockAt } = aLedger();
    const list = aStoredList({ computedAtMs: NOON + 2 * MINUTE });
    tell(stored(list));
    const expiredMs = NOON + 6 * HOUR + 2 * MINUTE;
    expect(stockAt(expiredMs).entries).toBe(1);
    expect(stockAt(expiredMs + 3 * MINUTE)).toEqual(NOTHING);
    tell({ name: 'removed', list });
    expect(stockAt(expiredMs)).toEqual(NOTHING);
  });

  it('is never below nothing when a removal is known before the storing', () => {
    const { tell, stockAt } = aLedger();
    tell({ name: 'removed', list: aStoredList({ isStale: true }) });
    expect(stockAt(NOON)).toEqual(NOTHING);
  });

  it('works as well with windows of seconds', () => {
    const windows = { freshMs: 5_000, keepMs: 10_000 };
    const { tell, stockAt } = aLedger(windows);
    tell(stored(aStoredList({ windows })));
    expect(stockAt(NOON)).toMatchObject({ entries: 1, staleEntries: 0 });
    expect(stockAt(NOON + 5_000)).toMatchObject({ entries: 1, staleEntries: 1 });
    expect(stockAt(NOON + 11_000)).toEqual(NOTHING);
  });

  it('stays small: what lies in the past is dropped and was counted by nobody', () => {
    const { ledger, tell, stockAt } = aLedger();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      const nowMs = NOON + minute * MINUTE;
      tell(stored(aStoredList({ computedAtMs: nowMs })));
      const before = stockAt(nowMs);
      dropPastSlots(ledger, nowMs, ledgerSlotSeconds(WINDOWS));
      expect(stockAt(nowMs)).toEqual(before);
      expect(ledger.size).toBeLessThanOrEqual(74);
    }
  });

  it('is right again six hours after bookings were lost', () => {
    // What befalls the lists in the first hour, and whether its booking is lost.
    const step = fc.record({
      user: fc.integer({ min: 0, max: 4 }),
      act: fc.constantFrom('store', 'mark', 'remove'),
      minute: fc.integer({ min: 0, max: 59 }),
      lost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { tell, stockAt } = aLedger();
        const lists = new Map<number, ReturnType<typeof aStoredList>>();
        for (const { user, act, minute, lost } of steps.toSorted((a, b) => a.minute - b.minute)) {
          const computedAtMs = NOON + minute * MINUTE;
          const events = happen(lists, user, act, computedAtMs);
          if (!lost) tell(...events);
        }
        // Nobody stays away: everybody has a new list an hour before the lost bookings stop to matter.
        const laterMs = NOON + 6 * HOUR;
        for (let user = 0; user < 5; user += 1) tell(...happen(lists, user, 'store', laterMs));
        expect(stockAt(laterMs + HOUR + 5 * MINUTE)).toEqual({ entries: 5, staleEntries: 0, bytes: 20_000 });
      }),
    );
  });

  it('is exact as long as no booking is lost', () => {
    const step = fc.record({
      user: fc.integer({ min: 0, max: 4 }),
      act: fc.constantFrom('store', 'mark', 'remove'),
      minute: fc.integer({ min: 0, max: 170 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { tell, stockAt } = aLedger();
        const lists = new Map<number, ReturnType<typeof aStoredList>>();
        for (const { user, act, minute } of steps.toSorted((a, b) => a.minute - b.minute)) {
          tell(...happen(lists, user, act, NOON + minute * MINUTE));
        }
        const living = [...lists.values()];
        expect(stockAt(NOON + 170 * MINUTE)).toEqual({
          entries: living.length,
          staleEntries: living.filter(({ isStale }) => isStale).length,
          bytes: living.reduce((sum, { bytes }) => sum + bytes, 0),
        });
      }),
    );
  });
});

/** Changes the lists as the cache would, and says what it tells of that. */
function happen(
  lists: Map<number, ReturnType<typeof aStoredList>>,
  user: number,
  act: string,
  nowMs: number,
): CacheEvent[] {
  const known = lists.get(user);
  if (act === 'store') {
    const list = aStoredList({ computedAtMs: nowMs });
    lists.set(user, list);
    return [stored(list, known)];
  }
  if (!known) return [];
  if (act === 'remove') {
    lists.delete(user);
    return [{ name: 'removed', list: known }];
  }
  if (known.isStale) return [];
  lists.set(user, { ...known, isStale: true });
  return [{ name: 'marked-stale', list: known }];
}
