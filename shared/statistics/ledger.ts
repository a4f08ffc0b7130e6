import type { CacheEvent } from '../cache/events.ts';
import type { Windows } from '../cache/freshness.ts';

/*
 * How many lists there are is not counted in the table, which would cost more the more there are. Instead every change
 * is booked on the moment at which the list it concerns expires: + when a list is stored, − for the one it replaced,
 * − when one is deleted. What lies in the future adds up to the lists that live. A change that was lost (a crash before
 * the booking) stops to matter when its list would have expired: no error outlives the hard limit.
 */

/** Changes of the lists that expire within one slot. */
export interface LedgerSlot {
  entries: number;
  bytes: number;
  /** Marked as stale before they were old. */
  stale: number;
}

/** By the beginning of the slot, in epoch seconds. */
export type Ledger = Map<number, LedgerSlot>;

/** Slots in the life of a list: five minutes each at six hours, and few enough to stand in one small item. */
const SLOTS_PER_LIFE = 72;

/** How long a slot is, in whole seconds. */
export const ledgerSlotSeconds = ({ keepMs }: Windows): number =>
  Math.max(1, Math.floor(keepMs / 1000 / SLOTS_PER_LIFE));

/** A change to the lists that expire at one moment (epoch seconds). */
export interface Booking extends LedgerSlot {
  expiresAtSeconds: number;
}

/** What of a list matters here. */
export interface KnownList {
  bytes: number;
  expiresAtSeconds: number;
  isStale: boolean;
}

export function bookList({ bytes, expiresAtSeconds, isStale }: KnownList, sign: 1 | -1): Booking {
  return { expiresAtSeconds, entries: sign, bytes: sign * bytes, stale: isStale ? sign : 0 };
}

/** What an event changes in the stock of lists. */
export function bookingsOf(event: CacheEvent): Booking[] {
  switch (event.name) {
    case 'stored':
      return [bookList(event.list, 1), ...(event.replaced ? [bookList(event.replaced, -1)] : [])];
    case 'removed':
      return [bookList(event.list, -1)];
    case 'marked-stale':
      return [{ expiresAtSeconds: event.list.expiresAtSeconds, entries: 0, bytes: 0, stale: 1 }];
    default:
      return [];
  }
}

export function book(ledger: Ledger, { expiresAtSeconds, ...change }: Booking, slotSeconds: number): void {
  const start = expiresAtSeconds - (expiresAtSeconds % slotSeconds);
  const slot = ledger.get(start) ?? { entries: 0, bytes: 0, stale: 0 };
  ledger.set(start, {
    entries: slot.entries + change.entries,
    bytes: slot.bytes + change.bytes,
    stale: slot.stale + change.stale,
  });
}

/** Slots that are over count for nobody any more. Keeps a ledger at `SLOTS_PER_LIFE` slots and two more. */
export function dropPastSlots(ledger: Ledger, nowMs: number, slotSeconds: number): void {
  for (const start of ledger.keys()) if (isOver(start, nowMs, slotSeconds)) ledger.delete(start);
}

const isOver = (start: number, nowMs: number, slotSeconds: number) => start + slotSeconds <= nowMs / 1000;

/** The lists that there are. */
export interface Stock {
  entries: number;
  /** Marked as stale, or older than lists are fresh. */
  staleEntries: number;
  bytes: number;
}

/**
 * What a ledger over the whole fleet amounts to at `nowMs`. A list that expires counts until its slot is over or the
 * sweep has deleted it; one turns old when its slot begins to: both up to one slot away from the exact moment.
 */
export function stockOf(ledger: Ledger, nowMs: number, windows: Windows): Stock {
  const slotSeconds = ledgerSlotSeconds(windows);
  const oldUntilSeconds = (nowMs + windows.keepMs - windows.freshMs) / 1000;
  const stock: Stock = { entries: 0, staleEntries: 0, bytes: 0 };
  for (const [start, slot] of ledger) {
    if (isOver(start, nowMs, slotSeconds)) continue;
    stock.entries += slot.entries;
    stock.bytes += slot.bytes;
    stock.staleEntries += start <= oldUntilSeconds ? slot.entries : slot.stale;
  }
  return clamped(stock);
}

/** A change may be known before the one that it undoes: nothing is there less than not at all. */
function clamped({ entries, staleEntries, bytes }: Stock): Stock {
  const atLeastNone = Math.max(0, entries);
  return {
    entries: atLeastNone,
    staleEntries: Math.min(Math.max(0, staleEntries), atLeastNone),
    bytes: Math.max(0, bytes),
  };
}
