/** How a write ended: `done` was confirmed, `void` certainly changed nothing, of `unknown` it cannot be told. */
export type Ending = 'done' | 'void' | 'unknown';

interface Write<T> {
  /** Undefined: any value may have been written, as by a flip whose reply never came. */
  value: T | undefined;
  readonly beganAtMs: number;
  endedAtMs: number;
  ending: Ending;
}

export const ANYTHING = Symbol('any value');

/**
 * What the readers of something may be shown that one writer changes, write after write: what was confirmed last before
 * they began to read, and whatever was being written since, its outcome unknown or not.
 */
export function createRegister<T>(initial: T) {
  const writes: Write<T>[] = [
    {
      value: initial,
      beganAtMs: Number.NEGATIVE_INFINITY,
      endedAtMs: Number.NEGATIVE_INFINITY,
      ending: 'done',
    },
  ];

  return {
    /** To be called before the write is sent; the result, when it is answered. */
    begin(value: T | undefined, nowMs: number): (ending: Ending, endedAtMs: number, became?: T) => void {
      const write: Write<T> = {
        value,
        beganAtMs: nowMs,
        endedAtMs: Number.POSITIVE_INFINITY,
        ending: 'unknown',
      };
      writes.push(write);
      return (ending, endedAtMs, became) => {
        Object.assign(write, { ending, endedAtMs, value: became ?? value });
      };
    },
    possible(fromMs: number, untilMs: number): ReadonlySet<T | typeof ANYTHING> {
      const base = writes.findLastIndex(({ ending, endedAtMs }) => ending === 'done' && endedAtMs <= fromMs);
      const seen = writes
        .slice(Math.max(0, base))
        .filter(({ beganAtMs, ending }) => beganAtMs < untilMs && ending !== 'void');
      return new Set(seen.map(({ value }) => value ?? ANYTHING));
    },
  };
}
