import { OUTCOMES, type RequestLine } from './types.ts';

/** 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const below = sorted[Math.ceil(middle) - 1] ?? 0;
  return (below + (sorted[Math.floor(middle)] ?? below)) / 2;
}

/** How many requests an outcome's share is taken of. */
const WINDOW = 20;

/** The share of each outcome, 0–1, in the order of OUTCOMES, among the last requests up to each one. */
export function sharesOf(lines: readonly RequestLine[]): number[][] {
  return OUTCOMES.map((outcome) =>
    lines.map((_, index) => {
      const window = lines.slice(Math.max(0, index + 1 - WINDOW), index + 1);
      return window.filter((line) => line.outcome === outcome).length / window.length;
    }),
  );
}

/** Each row on top of those before it, as a stacked chart draws them. */
export function stack(rows: readonly (readonly number[])[]): number[][] {
  let sums: readonly number[] = [];
  return rows.map((row) => {
    const raised = row.map((value, index) => value + (sums[index] ?? 0));
    sums = raised;
    return raised;
  });
}
