import type { Clock } from '../../shared/clock.ts';

interface Due {
  atMs: number;
  /** Of two at the same time the first that was arranged comes first. */
  order: number;
  run: (() => void) | undefined;
}

export type Timeline = ReturnType<typeof createTimeline>;

/** Time that passes only when nothing is left to do in the present: a day takes as long as its work. */
export function createTimeline(startMs: number) {
  const queue = createQueue();
  let nowMs = startMs;
  let order = 0;

  function at(atMs: number, run: () => void): Due {
    order += 1;
    const due = { atMs: Math.max(nowMs, atMs), order, run };
    queue.push(due);
    return due;
  }

  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const due = at(nowMs + ms, resolve);
        signal?.addEventListener(
          'abort',
          () => {
            due.run = undefined;
            reject(signal.reason);
          },
          { once: true },
        );
      }),
  };

  /** Lets everything happen that is due before `endMs`, and what follows from it. */
  async function runUntil(endMs: number): Promise<void> {
    for (let due = queue.peek(); due && due.atMs < endMs; due = queue.peek()) {
      nowMs = due.atMs;
      while (queue.peek()?.atMs === nowMs) queue.pop()?.run?.();
      await untilSettled();
    }
    nowMs = endMs;
  }

  return { at, clock, runUntil };
}

/** So often the event loop has its turn: collected signals, and messages of other threads. */
const TURN_EVERY = 1_000;
let settled = 0;

/**
 * What follows from an event has happened when the microtasks are through: a tick that is asked for among them comes
 * after them, for a tenth of what a turn of the event loop takes.
 */
function untilSettled(): Promise<void> {
  settled += 1;
  const later = settled % TURN_EVERY === 0 ? setImmediate : process.nextTick;
  return new Promise((resolve) => void later(resolve));
}

/** A binary heap: the earliest on top. */
function createQueue() {
  const heap: Due[] = [];
  const isBefore = (a: Due, b: Due) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  const swap = (i: number, j: number) => {
    [heap[i], heap[j]] = [heap[j] as Due, heap[i] as Due];
  };

  function sinkFromTop(): void {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      for (const child of [left, right])
        if (child < heap.length && isBefore(heap[child] as Due, heap[least] as Due)) least = child;
      if (least === i) return;
      swap(i, least);
      i = least;
    }
  }

  return {
    peek: (): Due | undefined => heap[0],
    push(due: Due): void {
      heap.push(due);
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(heap[i] as Due, heap[parent] as Due)) return;
        swap(i, parent);
        i = parent;
      }
    },
    pop(): Due | undefined {
      const top = heap[0];
      const last = heap.pop();
      if (heap.length > 0 && last) {
        heap[0] = last;
        sinkFromTop();
      }
      return top;
    },
  };
}
