/** How much of something there was: in all, and in the busiest second, half minute and minute. */
export interface Rate {
  total: number;
  /** In the busiest one. */
  second: number;
  per30s: number;
  /** A second, on the average of the busiest minute. */
  minute: number;
}

/** Adds up by second. `nowMs` only grows. */
export function createRate() {
  const bySecond = new Map<number, number>();
  let total = 0;

  const busiest = (seconds: number) => {
    let most = 0;
    for (const start of bySecond.keys()) {
      let sum = 0;
      for (let second = start; second < start + seconds; second += 1) sum += bySecond.get(second) ?? 0;
      most = Math.max(most, sum);
    }
    return most;
  };

  return {
    add(nowMs: number, amount: number): void {
      total += amount;
      const second = Math.floor(nowMs / 1000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + amount);
    },
    report: (): Rate => ({ total, second: busiest(1), per30s: busiest(30), minute: busiest(60) / 60 }),
    /** What there was from one moment to another. */
    between(fromMs: number, toMs: number): number {
      let sum = 0;
      for (const [second, amount] of bySecond)
        if (second * 1000 >= fromMs && second * 1000 < toMs) sum += amount;
      return sum;
    },
  };
}
