/*
 * Time as the statistics cut it: requests are counted in slots of five minutes, twelve to an item of one UTC hour.
 */

export const HOUR_MS = 3_600_000;
export const SLOT_MS = 5 * 60_000;

/** The UTC hour, as in `2026-11-22T16`: the partition of what was counted in it. */
export const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13);

/** When an hour begins, in epoch milliseconds. */
export const hourStartMs = (hour: string): number => Date.parse(`${hour}:00:00.000Z`);

/** 0 to 11. */
export const slotOf = (ms: number): number => Math.floor((ms % HOUR_MS) / SLOT_MS);

/** The beginning of the slot that `ms` lies in. */
export const slotStartMs = (ms: number): number => ms - (ms % SLOT_MS);

/** Every hour that has a moment from `fromMs` to `toMs`, the oldest first. */
export function hoursBetween(fromMs: number, toMs: number): string[] {
  const first = Math.floor(fromMs / HOUR_MS);
  const last = Math.floor(toMs / HOUR_MS);
  return Array.from({ length: last - first + 1 }, (_, i) => hourOf((first + i) * HOUR_MS));
}
