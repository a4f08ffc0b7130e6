/** Chance that can be had again: the same seed gives the same numbers. */
export type Random = ReturnType<typeof createRandom>;

/** Mulberry32: small, and good enough for tests. @param seed a whole number */
export function createRandom(seed: number) {
  let state = seed >>> 0;

  /** 0 to below 1. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number): number => Math.floor(next() * limit);

  return {
    next,
    chance: (probability: number): boolean => next() < probability,
    /** A number from `from` to below `to`. */
    between: (from: number, to: number): number => from + next() * (to - from),
    /** A whole number from 0 to below `limit`. */
    below,
    pick<T>(items: readonly T[]): T {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    /** In an order of chance (Fisher and Yates). */
    shuffled<T>(items: readonly T[]): T[] {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [order[last], order[other]] = [order[other] as T, order[last] as T];
      }
      return order;
    },
    /** By weight, such as `{ often: 9, seldom: 1 }`. */
    weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
      const entries = Object.entries(weights) as [T, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of entries) {
        left -= weight;
        if (left < 0) return item;
      }
      throw new RangeError('nothing to pick from');
    },
    /** Chance of its own for another: how often one draws changes nothing for the other. */
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  };
}
