import type { StoredList, Windows } from '../../shared/cache/entry.ts';
import type { CacheEvent } from '../../shared/cache/events.ts';
import { NOON } from './a-clock.ts';

export const HOUR = 3_600_000;
export const WINDOWS: Windows = { freshMs: 3 * HOUR, keepMs: 6 * HOUR };

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
  const expiresAt = Math.ceil((computedAtMs + windows.keepMs) / 1000);
  return { generation: `g${computedAtMs}`, bytes, layout: [1], expiresAt, isStale };
}
