import type { Busy, ConsoleState, LogLine, Told } from './types.ts';

/** More lines than that are of no use to anybody, and slow to draw. */
const KEPT_LINES = 1200;

type Change = Partial<ConsoleState> | ((state: ConsoleState) => Partial<ConsoleState>);
type WithoutId<TLine> = TLine extends LogLine ? Omit<TLine, 'id'> : never;

/** The one place that holds what the page knows. What draws it is called after each change, synchronously. */
export function createStore(initial: ConsoleState) {
  let state = initial;
  let lastId = state.log.at(-1)?.id ?? 0;
  const listeners = new Set<(state: ConsoleState) => void>();

  function set(change: Change): void {
    state = { ...state, ...(typeof change === 'function' ? change(state) : change) };
    for (const listener of listeners) listener(state);
  }

  return {
    get: (): ConsoleState => state,
    set,
    subscribe: (listener: (state: ConsoleState) => void) => void listeners.add(listener),
    log<TLine extends WithoutId<LogLine>>(line: TLine): TLine & { readonly id: number } {
      lastId += 1;
      const added = { ...line, id: lastId };
      set(({ log }) => ({ log: [...log, added as unknown as LogLine].slice(-KEPT_LINES) }));
      return added;
    },
    notify(text: Told, isProblem = false): void {
      set({ notice: { ...text, isProblem } });
    },
    /** Shows that the page waits for `work`, however it ends. */
    async whileBusy<T>(what: Busy['what'], work: () => Promise<T>): Promise<T> {
      const busy = { what, sinceMs: Date.now() };
      set({ busy });
      try {
        return await work();
      } finally {
        set((now) => (now.busy === busy ? { busy: undefined } : {}));
      }
    },
  };
}

export type Store = ReturnType<typeof createStore>;
