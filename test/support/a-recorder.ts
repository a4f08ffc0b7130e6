import type { StoredList } from '../../shared/cache/entry.ts';
import type { CacheEvent } from '../../shared/cache/events.ts';
import type { Windows } from '../../shared/cache/freshness.ts';
import { createStatistics } from '../../shared/statistics/statistics.ts';
import type { TotalsStore } from '../../shared/statistics/totals-store.ts';
import { NOON } from './a-clock.ts';

export const HOUR = 3_600_000;
export const WINDOWS: Windows = { freshMs: 3 * HOUR, keepMs: 6 * HOUR };

/** The running totals of an execution environment whose timers the test fires. */
export function anEnvironment(
  store: Pick<TotalsStore, 'write'>,
  clock: { nowMs(): number },
  { name, windows = WINDOWS }: { name?: string; windows?: Windows } = {},
) {
  const timers: { callback: () => void; ms: number }[] = [];
  const failures: unknown[] = [];
  const statistics = createStatistics({
    store,
    windows,
    clock,
    onWriteFailed: (error) => failures.push(error),
    defer: (callback, ms) => void timers.push({ callback, ms }),
    ...(name && { environment: name }),
  });
  return {
    ...statistics,
    failures,
    /** What the timers that run now were set to, in milliseconds. */
    timers: () => timers.map(({ ms }) => ms),
    fireTimers: () => {
      for (const { callback } of timers.splice(0)) callback();
    },
  };
}

export const HIT: CacheEvent = { name: 'hit' };
export const MISS: CacheEvent = { name: 'miss' };

/** A list that was computed at `computedAtMs`. */
export function aStoredList({
  computedAtMs = NOON,
  bytes = 4_000,
  isStale = false,
  windows = WINDOWS,
}: {
  computedAtMs?: number;
  bytes?: number;
  isStale?: boolean;
  windows?: Windows;
} = {}): StoredList {
  const expiresAtSeconds = Math.ceil((computedAtMs + windows.keepMs) / 1000);
  return { generation: `g${computedAtMs}`, bytes, parts: 0, expiresAtSeconds, isStale };
}
