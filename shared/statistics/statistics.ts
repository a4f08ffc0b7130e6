import { randomUUID } from 'node:crypto';
import type { CacheEvent } from '../cache/events.ts';
import type { Windows } from '../cache/freshness.ts';
import type { Clock } from '../clock.ts';
import { ledgerSlotSeconds } from './ledger.ts';
import { hourOf } from './slots.ts';
import { addEvents, type HourTotals, noTotals } from './totals.ts';
import type { TotalsStore } from './totals-store.ts';

/** Writes of one environment are at least this far apart, unless a list changed. */
const WRITE_AFTER_MS = 1_000;
/** A failed write is made up for by the next, which carries the same totals and more. */
const RETRY_AFTER_MS = 5_000;

/** Of these there are few, each took long anyway, and the stock of lists should be known soon. */
const WORTH_A_WRITE: ReadonlySet<CacheEvent['name']> = new Set(['stored', 'removed', 'marked-stale']);

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
 * They are written on the side: nobody waits for it. A timer writes them a second later; where the environment is
 * frozen by then, the next request does, beside its own work (`writeIfDue`). What an environment counted after its last
 * write dies with it; what is written is always consistent in itself.
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
  let seq = 0;
  let latestMs = Number.NEGATIVE_INFINITY;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  let isDeferred = false;

  const changedHours = () => [...hours.values()].filter(({ changed }) => changed);

  function record(events: readonly CacheEvent[]): void {
    if (events.length === 0) return;
    // Clocks are set back at times: an hour that is over must not begin again from nothing.
    latestMs = Math.max(latestMs, clock.nowMs());
    const hour = hourOf(latestMs);
    const totals = hours.get(hour) ?? { ...noTotals(hour), changed: true };
    hours.set(hour, totals);
    addEvents(totals, events, { nowMs: latestMs, ledgerSlot });
    totals.changed = true;
    if (!writing && events.some(({ name }) => WORTH_A_WRITE.has(name))) writeAside();
    else writeLater(WRITE_AFTER_MS);
  }

  /** Has what waited for a second written beside the request that begins now, which goes first. */
  function writeIfDue(): void {
    const isDue = clock.nowMs() - begunAtMs >= WRITE_AFTER_MS && changedHours().length > 0;
    if (isDue) defer(() => changedHours().length > 0 && writeAside(), 0);
  }

  function writeLater(ms: number): void {
    if (isDeferred) return;
    isDeferred = true;
    defer(() => {
      isDeferred = false;
      if (changedHours().length > 0) writeAside();
    }, ms);
  }

  function writeAside(): void {
    if (writing) return;
    write().then(
      () => changedHours().length > 0 && writeLater(WRITE_AFTER_MS),
      (error) => {
        onWriteFailed(error);
        writeLater(RETRY_AFTER_MS);
      },
    );
  }

  /** One write at a time: two would only tell the same twice. */
  function write(): Promise<void> {
    begunAtMs = clock.nowMs();
    writing ??= Promise.all(changedHours().map(writeHour))
      .then(() => undefined)
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }

  async function writeHour(totals: Totals): Promise<void> {
    seq += 1;
    totals.changed = false;
    try {
      await store.write(environment, seq, totals);
    } catch (error) {
      totals.changed = true;
      throw error;
    }
    // An hour that is over was written for the last time, and is told of no more.
    if (!totals.changed && totals.hour < hourOf(latestMs)) hours.delete(totals.hour);
  }

  /** Writes all that was counted so far, for those that have time. @throws StorageUnavailable */
  async function writeAll(): Promise<void> {
    while (writing || changedHours().length > 0) await write();
  }

  return { record, writeIfDue, writeAll };
}
