import { curlOf } from '../state/curl.ts';
import type { Store } from '../state/store.ts';
import type { Exchange, RecordedRequest, RequestLine, StoredEntry } from '../state/types.ts';
import { ControlFailure, control } from './control.ts';
import type { Exchanges } from './exchanges.ts';

interface DetailsOptions {
  readonly store: Store;
  readonly exchanges: Exchanges;
}

/** Looking into a request, and into what is stored. */
export function createDetails({ store, exchanges }: DetailsOptions) {
  async function recordOf({ requestId }: RequestLine): Promise<RecordedRequest | null> {
    if (requestId === null) return null;
    const url = `/_local/requests?id=${encodeURIComponent(requestId)}`;
    try {
      return await control<RecordedRequest>({ method: 'GET', url });
    } catch (error) {
      if (error instanceof ControlFailure) return null;
      throw error;
    }
  }

  return {
    async openRequest(line: RequestLine): Promise<void> {
      const opened = { kind: 'request', line, exchange: exchanges.of(line.id) } as const;
      store.set({ opened: { ...opened, record: undefined } });
      const record = await recordOf(line);
      store.set(({ opened: now }) =>
        now?.kind === 'request' && now.line === line ? { opened: { ...opened, record } } : {},
      );
    },

    async openEntry(): Promise<void> {
      const { user = '' } = store.get();
      try {
        const url = `/_local/entry?user=${encodeURIComponent(user)}`;
        store.set({ opened: { kind: 'entry', stored: await control<StoredEntry>({ method: 'GET', url }) } });
      } catch (error) {
        if (!(error instanceof ControlFailure)) throw error;
        store.notify({ key: 'problem_lever', values: { reason: error.message } }, true);
      }
    },

    closeDetails: (): void => store.set({ opened: undefined }),

    async copyCurl(exchange: Exchange): Promise<void> {
      await navigator.clipboard.writeText(curlOf(exchange)).then(
        () => store.notify({ key: 'copied' }),
        () => store.notify({ key: 'notCopied' }, true),
      );
    },
  };
}
