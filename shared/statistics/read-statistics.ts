import pLimit from 'p-limit';
import type { Windows } from '../cache/freshness.ts';
import { addCounts, type Counts, noCounts } from './counters.ts';
import { book, type Ledger, ledgerSlotSeconds, type Stock, stockOf } from './ledger.ts';
import { HOUR_MS, hourStartMs, hoursBetween, SLOT_MS, slotStartMs } from './slots.ts';
import type { Snapshot, SnapshotStore } from './snapshot-store.ts';
import type { HourTotals } from './totals.ts';
import type { TotalsStore } from './totals-store.ts';

export const WINDOW_MS = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS } as const;
export type WindowName = keyof typeof WINDOW_MS;

/** Partitions read at once: enough to have a week within a second or two. */
const CONCURRENCY = 16;

/** What the fleet counted from `fromMs` until `toMs`, and the lists that there are at `toMs`. */
export interface FleetStatistics {
  fromMs: number;
  toMs: number;
  counts: Counts;
  stock: Stock;
  lastSweep: Snapshot | undefined;
  /** The beginning of the first slot of the window in which anything was counted. */
  activeSinceMs: number | undefined;
}

interface ReadDeps {
  totals: Pick<TotalsStore, 'read'>;
  snapshots: Pick<SnapshotStore, 'read'>;
  windows: Windows;
}

/**
 * Reads what all environments wrote. The window begins with a whole slot of five minutes, at or before the moment that
 * it names, and ends now.
 *
 * @throws StorageUnavailable
 */
export function createReadStatistics({ totals, snapshots, windows }: ReadDeps) {
  const limit = pLimit(CONCURRENCY);

  return async function readStatistics(window: WindowName, nowMs: number): Promise<FleetStatistics> {
    const fromMs = slotStartMs(nowMs - WINDOW_MS[window]);
    const hours = hoursBetween(Math.min(fromMs, oldestBookingMs(nowMs, windows)), nowMs);
    const [lastSweep, ...read] = await Promise.all([
      snapshots.read(),
      ...hours.map((hour) => limit(() => totals.read(hour))),
    ]);
    const found = read.flat();
    return {
      fromMs,
      toMs: nowMs,
      ...countWithin(found, fromMs),
      stock: stockOf(fleetLedger(found, windows), nowMs, windows),
      lastSweep,
    };
  };
}

/** The lists that there are at `nowMs`, for the sweep. */
export function createReadStock({ totals, windows }: Pick<ReadDeps, 'totals' | 'windows'>) {
  return async function readStock(nowMs: number): Promise<Stock> {
    const hours = hoursBetween(oldestBookingMs(nowMs, windows), nowMs);
    const found = await Promise.all(hours.map(totals.read));
    return stockOf(fleetLedger(found.flat(), windows), nowMs, windows);
  };
}

/** A list that lives was stored, at the earliest, as long ago as lists are kept. */
const oldestBookingMs = (nowMs: number, windows: Windows) =>
  nowMs - windows.keepMs - ledgerSlotSeconds(windows) * 1000;

function countWithin(found: readonly HourTotals[], fromMs: number) {
  const counts = noCounts();
  let activeSinceMs: number | undefined;
  for (const { hour, counts: slots } of found) {
    for (const [slot, more] of slots) {
      const startMs = hourStartMs(hour) + slot * SLOT_MS;
      if (startMs < fromMs) continue;
      addCounts(counts, more);
      activeSinceMs = Math.min(activeSinceMs ?? startMs, startMs);
    }
  }
  return { counts, activeSinceMs };
}

function fleetLedger(found: readonly HourTotals[], windows: Windows): Ledger {
  const ledger: Ledger = new Map();
  const slotSeconds = ledgerSlotSeconds(windows);
  for (const totals of found) {
    for (const [expiresAtSeconds, slot] of totals.ledger)
      book(ledger, { expiresAtSeconds, ...slot }, slotSeconds);
  }
  return ledger;
}
