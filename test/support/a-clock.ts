import type { Clock } from '../../shared/clock.ts';

/** 22 November 2026, noon. */
export const NOON = Date.parse('2026-11-22T12:00:00.000Z');

/** A clock that only moves when it is told to, or when code sleeps: sleeping takes no time at all. */
export function aClock(startMs = NOON) {
  let nowMs = startMs;
  const sleeps: number[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      nowMs += ms;
    },
  };
  return {
    ...clock,
    /** What was slept for, in order. */
    sleeps,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}
