import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Measured } from './emf.ts';

/** How often each value was measured. */
export type Histogram = Map<number, number>;

export interface Series {
  readonly unit: string;
  /** By the beginning of the minute, in epoch milliseconds: as finely as CloudWatch keeps metrics. */
  readonly minutes: Map<number, Histogram>;
}

type Dimensions = Readonly<Record<string, string>>;

export const MINUTE_MS = 60_000;
/** CloudWatch keeps minutes for 15 days. */
const KEPT_MS = 15 * 24 * 3_600_000;
/** What a crash may lose. */
const SAVE_AFTER_MS = 2_000;

/** The same for the same dimensions, whatever their order. */
function keyOf(namespace: string, metric: string, dimensions: Dimensions): string {
  const sorted = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metric, sorted]);
}

export type MetricStore = ReturnType<typeof createMetricStore>;

/**
 * What was measured, by minutes.
 *
 * @param keptIn the file in which it outlives the local stack; undefined: nothing does
 */
export function createMetricStore(keptIn: string | undefined) {
  /** The series of a metric, one for each unit: CloudWatch mixes none. */
  const series = new Map<string, Series[]>(readKept(keptIn));
  let timer: NodeJS.Timeout | undefined;

  function save(): void {
    clearTimeout(timer);
    timer = undefined;
    if (keptIn === undefined) return;
    forgetOld();
    // A file that is written in place could be cut off.
    writeFileSync(`${keptIn}.new`, JSON.stringify([...series].map(([key, all]) => [key, all.map(packed)])));
    renameSync(`${keptIn}.new`, keptIn);
  }

  function forgetOld(): void {
    const newest = Math.max(
      0,
      ...[...series.values()].flat().map(({ minutes }) => Math.max(...minutes.keys())),
    );
    for (const { minutes } of [...series.values()].flat())
      for (const minute of minutes.keys()) if (minute < newest - KEPT_MS) minutes.delete(minute);
  }

  return {
    add({ namespace, metric, dimensions, unit, timestampMs, values }: Measured): void {
      const key = keyOf(namespace, metric, dimensions);
      const all = series.get(key) ?? [];
      const one = all.find((known) => known.unit === unit) ?? { unit, minutes: new Map() };
      series.set(key, [...all.filter((other) => other !== one), one]);
      const minute = timestampMs - (timestampMs % MINUTE_MS);
      const histogram: Histogram = one.minutes.get(minute) ?? new Map();
      one.minutes.set(minute, histogram);
      for (const value of values) histogram.set(value, (histogram.get(value) ?? 0) + 1);
      if (keptIn !== undefined) timer ??= setTimeout(save, SAVE_AFTER_MS).unref();
    },
    /** Dimensions are matched exactly: fewer or more name another metric. */
    find: (namespace: string, metric: string, dimensions: Dimensions): readonly Series[] =>
      series.get(keyOf(namespace, metric, dimensions)) ?? [],
    close: save,
  };
}

type Packed = [unit: string, minutes: [minute: number, values: [value: number, count: number][]][]];

const packed = ({ unit, minutes }: Series): Packed => [
  unit,
  [...minutes].map(([minute, histogram]) => [minute, [...histogram]]),
];

const unpacked = ([unit, minutes]: Packed): Series => ({
  unit,
  minutes: new Map(minutes.map(([minute, values]) => [minute, new Map(values)])),
});

function readKept(keptIn: string | undefined): [string, Series[]][] {
  if (keptIn === undefined || !existsSync(keptIn)) return [];
  const kept = JSON.parse(readFileSync(keptIn, 'utf8')) as [string, Packed[]][];
  return kept.map(([key, all]) => [key, all.map(unpacked)]);
}
