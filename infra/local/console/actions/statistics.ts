import type { Store } from '../state/store.ts';
import type { Api } from './api.ts';
import type { Tokens } from './tokens.ts';

interface StatisticsOptions {
  readonly store: Store;
  readonly api: Api;
  readonly tokens: Tokens;
}

const EVERY_MS = 3000;
const KEPT_SAMPLES = 400;

/** Asks for the statistics of the fleet while the page is looked at. */
export function createStatistics({ store, api, tokens }: StatisticsOptions) {
  async function read(): Promise<void> {
    const reply = await api
      .asOperator()
      .GET('/api/cache/stats', { params: { query: { window: '1h' } } })
      .catch(() => undefined);
    if (reply?.response.status === 401) tokens.forget();
    const stats = reply?.data?.data;
    if (!stats) return store.set({ stats: undefined });
    const sample = {
      atMs: Date.now(),
      hitRate: stats.requests === 0 ? null : stats.hit_rate,
      entries: stats.entries,
      staleEntries: stats.stale_entries,
    };
    store.set(({ samples }) => ({ stats, samples: [...samples, sample].slice(-KEPT_SAMPLES) }));
  }

  return {
    /** For as long as the page is there. */
    async watch(): Promise<never> {
      for (;;) {
        if (document.visibilityState === 'visible') await read();
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    },
  };
}
