import { randomUUID } from 'node:crypto';
import type { CacheEvent } from '../cache/events.ts';
import type { Windows } from '../cache/freshness.ts';
import type { Clock } from '../clock.ts';
import { ledgerSlotSeconds } from './ledger.ts';
import { hourOf } from './slots.ts';
import { addEvents, type HourTotals, noTotals } from './totals.ts';
import type { TotalsStore } from './totals-store.ts';
import { createWriteBudget } from './write-budget.ts';

/** What could not be written with its request is written this much later, or with the first request after that. */
const WRITE_AFTER_MS = 1_000;
/** A failed write is made up for by the next, which carries the same totals and more. */
const RETRY_AFTER_MS = 5_000;
/** A write whose reply is awaited does not keep the next from beginning: they may arrive in any order. */
const MOST_AT_ONCE = 4;

/** Calls back once, later, without keeping the process alive. */
type Defer = (callback: () => void, ms: number) => void;
const unrefTimer: Defer = (callback, ms) => void setTimeout(callback, ms).unref();

interface StatisticsDeps {
  store: Pick<TotalsStore, 'write'>;
  windows: Windows;
  clock: Pick<Clock, 'nowMs'>;
  /** Told of a write that failed. Nothing is lost by it as long as the environment lives. */
  onWriteFailed: (error: unknown) => void;
  environment?: string;
  defer?: Defer;
}

type Totals = HourTotals & { /** Something was counted that is not written. */ changed: boolean };

export type Statistics = ReturnType<typeof createStatistics>;

/**
 * The running totals of this execution environment: shared by all its requests on purpose, and safe under concurrent
 * ones, because nothing waits between reading a total and changing it.
 *
 * They are written on the side: the write begins with the end of a request and nobody waits for it. Its bytes leave
 * before the environment is frozen, on a connection that the request has just used; the reply is read when the
 * environment goes on, or the SDK writes again, which changes nothing. What an environment counted after its last write
 * dies with it; what is written is always consistent in itself.
 */
export function createStatistics({
  store,
  windows,
  clock,
  onWriteFailed,
  environment = randomUUID(),
  defer = unrefTimer,
}: StatisticsDeps) {
  const hours = new Map<string, Totals>();
  const ledgerSlot = ledgerSlotSeconds(windows);
  const budget = createWriteBudget();
  const underWay = new Set<Promise<void>>();
  let seq = 0;
  let latestMs = Number.NEGATIVE_INFINITY;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let isDeferred = false;

  const changedHours = () => [...hours.values()].filter(({ changed }) => changed);

  /** Counts what happened in one request or invocation. Returns before anything is written. */
  function record(events: readonly CacheEvent[]): void {
    if (events.length === 0) return;
    // Clocks are set back at times: an hour that is over must not begin again from nothing.
    latestMs = Math.max(latestMs, clock.nowMs());
    const hour = hourOf(latestMs);
    const totals = hours.get(hour) ?? { ...noTotals(hour), changed: true };
    hours.set(hour, totals);
    addEvents(totals, events, { nowMs: latestMs, ledgerSlot });
    totals.changed = true;
    if (underWay.size < MOST_AT_ONCE && budget.take(latestMs)) writeAside();
    else writeLater(WRITE_AFTER_MS);
  }

  /** Has what was left over for a second written beside the request that begins now, which goes first. */
  function writeIfDue(): void {
    if (clock.nowMs() - begunAtMs >= WRITE_AFTER_MS && changedHours().length > 0) defer(writeChanged, 0);
  }

  function writeChanged(): void {
    if (changedHours().length > 0 && underWay.size < MOST_AT_ONCE) writeAside();
  }

  function writeLater(ms: number): void {
    if (isDeferred) return;
    isDeferred = true;
    defer(() => {
      isDeferred = false;
      writeChanged();
    }, ms);
  }

  function writeAside(): void {
    write().catch((error) => {
      onWriteFailed(error);
      writeLater(RETRY_AFTER_MS);
    });
  }

  function write(): Promise<void> {
    begunAtMs = clock.nowMs();
    const writing = Promise.all(changedHours().map(writeHour))
      .then(() => undefined)
      .finally(() => underWay.delete(writing));
    underWay.add(writing);
    return writing;
  }

  async function writeHour(totals: Totals): Promise<void> {
    seq += 1;
    totals.changed = false;
    try {
      await store.write(environment, seq, totals);
    } catch (error) {
      totals.changed = true;
      // Another write of the same hour may have ended before, and taken it off the list.
      hours.set(totals.hour, totals);
      throw error;
    }
    // An hour that is over was written for the last time, and is told of no more.
    if (!totals.changed && totals.hour < hourOf(latestMs)) hours.delete(totals.hour);
  }

  /** Writes all that was counted so far, for those that have time. @throws StorageUnavailable */
  async function writeAll(): Promise<void> {
    while (underWay.size > 0 || changedHours().length > 0) await Promise.all([...underWay, write()]);
  }

  return { record, writeIfDue, writeAll };
}
