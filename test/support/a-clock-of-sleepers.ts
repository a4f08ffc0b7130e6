import type { Clock } from '../../shared/clock.ts';
import { NOON } from './a-clock.ts';

interface Sleeper {
  atMs: number;
  wake: () => void;
}

/** Nothing happens for so many turns of the event loop: all that was to follow from the last step has followed. */
const QUIET_TURNS = 3;
/** Work that waits for the machine takes some turns; work that waits for nothing takes all of them. */
const MAX_IDLE = 10_000;

/**
 * Time that passes only when nothing else is left to do: then the next sleeper wakes. What happens in it happens in the
 * same order every time, and takes no time of the machine.
 */
export function aClockOfSleepers(startMs = NOON) {
  let nowMs = startMs;
  let waiting = 0;
  let driving: Promise<void> | undefined;
  const sleepers = new Set<Sleeper>();

  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && reject(signal.reason), {
          once: true,
        });
      }),
  };

  /** False: there is none to wake. */
  function wakeNext(): boolean {
    let next: Sleeper | undefined;
    for (const sleeper of sleepers) if (!next || sleeper.atMs < next.atMs) next = sleeper;
    if (!next) return false;
    sleepers.delete(next);
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    return true;
  }

  async function drive(): Promise<void> {
    for (let idle = 0; idle < MAX_IDLE; ) {
      for (let turn = 0; turn < QUIET_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (waiting === 0) {
        driving = undefined;
        return;
      }
      idle = wakeNext() ? 0 : idle + 1;
    }
    throw new Error('nothing is left that could happen, and the work is not done');
  }

  /** Lets time pass until `work` is done. */
  async function until<T>(work: Promise<T>): Promise<T> {
    waiting += 1;
    driving ??= drive();
    try {
      return await Promise.race([work, driving.then(() => work)]);
    } finally {
      waiting -= 1;
    }
  }

  return {
    clock,
    until,
    /** Lets so much time pass, and whatever is due in it happen. */
    pass: (ms: number): Promise<void> => until(clock.sleep(ms)),
    /** Moves the clock alone: no sleeper wakes before time passes again. */
    advance(ms: number): void {
      nowMs += ms;
    },
  };
}
