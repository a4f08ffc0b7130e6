import type { Exchange } from '../state/types.ts';

/** As many as a person may want to look into. */
const KEPT = 200;

export type Exchanges = ReturnType<typeof createExchanges>;

/** What went over the wire for the last requests, by the id of the line. */
export function createExchanges() {
  const kept = new Map<number, Exchange>();
  return {
    keep(id: number, exchange: Exchange): void {
      kept.set(id, exchange);
      const [oldest] = kept.keys();
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    },
    of: (id: number): Exchange | undefined => kept.get(id),
  };
}
