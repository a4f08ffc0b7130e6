import * as v from 'valibot';
import type { CacheEvent } from '../cache/events.ts';
import { addCounts, type Counts, countsOf, noCounts, packCounts, unpackCounts } from './counters.ts';
import { book, bookingsOf, dropPastSlots, type Ledger } from './ledger.ts';
import { HOUR_MS, hourStartMs, slotOf } from './slots.ts';

/** What one execution environment counted in one hour. */
export interface HourTotals {
  readonly hour: string;
  /** By the slot of the hour, 0 to 11. */
  readonly counts: Map<number, Counts>;
  readonly ledger: Ledger;
}

export const noTotals = (hour: string): HourTotals => ({ hour, counts: new Map(), ledger: new Map() });

/** Adds the events of one request, which ended at `nowMs`. */
export function addEvents(
  totals: HourTotals,
  events: readonly CacheEvent[],
  { nowMs, ledgerSlot }: { nowMs: number; ledgerSlot: number },
): void {
  const slot = slotOf(nowMs);
  const counts = totals.counts.get(slot) ?? noCounts();
  addCounts(counts, countsOf(events));
  totals.counts.set(slot, counts);
  const bookings = events.flatMap(bookingsOf);
  if (bookings.length === 0) return;
  for (const booking of bookings) book(totals.ledger, booking, ledgerSlot);
  dropPastSlots(totals.ledger, nowMs, ledgerSlot);
}

/** The layout of the items below. A reader passes over what it does not know. */
const FORMAT = 1;
/** The longest window is 7 days, and it begins in an hour of its own. */
const LIFE_MS = 8 * 24 * HOUR_MS;

/**
 * The item of one environment and hour. One writer, which always writes all of it: `seq` grows with every write, so
 * that one that arrives late never undoes a later one. Counts and ledger are JSON text: read and written in one piece,
 * a third of the size and a tenth of the time of DynamoDB's own lists.
 * - `pk`: the hour; `sk`: the environment
 * - `counts`: `[[slot, …counters by position], …]`
 * - `ledger`: `[[seconds from the hour's beginning to the slot's, entries, bytes, stale], …]`
 */
export function totalsItem(environment: string, seq: number, { hour, counts, ledger }: HourTotals) {
  const startMs = hourStartMs(hour);
  return {
    pk: hour,
    sk: environment,
    format: FORMAT,
    seq,
    counts: JSON.stringify([...counts].map(([slot, values]) => [slot, ...packCounts(values)])),
    ledger: JSON.stringify(
      [...ledger].map(([start, slot]) => [start - startMs / 1000, slot.entries, slot.bytes, slot.stale]),
    ),
    expiresAt: Math.ceil((startMs + HOUR_MS + LIFE_MS) / 1000),
  };
}

const Rows = v.pipe(v.string(), v.parseJson(), v.array(v.array(v.number())));
const TotalsItem = v.object({ pk: v.string(), format: v.literal(FORMAT), counts: Rows, ledger: Rows });

/** The totals of an item; undefined when it is none of a format that we know. */
export function parseTotals(item: unknown): HourTotals | undefined {
  const result = v.safeParse(TotalsItem, item);
  if (!result.success) return undefined;
  const { pk: hour, counts, ledger } = result.output;
  const startSeconds = hourStartMs(hour) / 1000;
  return {
    hour,
    counts: new Map(counts.map(([slot = 0, ...values]) => [slot, unpackCounts(values)])),
    ledger: new Map(
      ledger.map(([offset = 0, entries = 0, bytes = 0, stale = 0]) => [
        startSeconds + offset,
        { entries, bytes, stale },
      ]),
    ),
  };
}
