import pLimit from 'p-limit';
import { median } from '../state/figures.ts';
import { listRequests } from '../state/outcome.ts';
import type { Store } from '../state/store.ts';
import { isGoodLoad, withSteps } from '../state/story.ts';
import type { Account } from './account.ts';
import type { Api } from './api.ts';

interface LoadOptions {
  readonly store: Store;
  readonly api: Api;
  readonly account: Account;
}

/** A browser opens six connections to a host, and this machine does the work of the whole cloud. */
const AT_ONCE = 3;
const PAGE_LENGTH = 10;
export const MOST_REQUESTS = 1000;

/** Many requests for pages at random, as of many readers of one list. */
export function createLoad({ store, api, account }: LoadOptions) {
  let stopping = new AbortController();

  function anyPage(): number {
    const { screen } = store.get();
    const pages = screen.kind === 'list' ? screen.page.data.pagination.total_pages : 1;
    return Math.floor(Math.random() * pages);
  }

  async function sendOne(): Promise<void> {
    if (stopping.signal.aborted) return;
    const query = { page: anyPage(), limit: PAGE_LENGTH };
    await api
      .asUserAmongMany()
      .GET('/api/user/artists', { params: { query } })
      .catch(() => undefined);
    store.set(({ load }) => (load ? { load: { ...load, done: load.done + 1 } } : {}));
  }

  return {
    async run(total: number): Promise<void> {
      stopping = new AbortController();
      store.set({ load: { done: 0, total } });
      const callsBefore = await account.calls();
      const startedAtMs = performance.now();
      const firstId = store.get().log.at(-1)?.id ?? 0;
      const limit = pLimit(AT_ONCE);
      await Promise.all(Array.from({ length: total }, () => limit(sendOne)));
      const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
      const lines = listRequests(store.get().log).filter(({ id }) => id > firstId);
      const calls = ((await account.calls()) ?? 0) - (callsBefore ?? 0);
      const values = {
        count: lines.length,
        seconds,
        median: Math.round(median(lines.map(({ ms }) => ms))),
        calls,
      };
      store.log({ kind: 'event', atMs: Date.now(), text: { key: 'told_load', values } });
      store.notify({ key: 'told_load', values });
      store.set(({ seen }) => ({
        load: undefined,
        seen: isGoodLoad(lines) ? withSteps(seen, 'load') : seen,
      }));
    },
    stop: (): void => stopping.abort(),
  };
}
