import type { Store } from '../state/store.ts';
import type { Mode } from '../state/types.ts';
import type { Account } from './account.ts';
import { ControlFailure, control } from './control.ts';
import type { List } from './list.ts';

interface LeversOptions {
  readonly store: Store;
  readonly account: Account;
  readonly list: List;
}

const HOUR_SECONDS = 3600;

/** Spotify, time and the sweep, in the hands of the visitor. After each the app looks at its list again. */
export function createLevers({ store, account, list }: LeversOptions) {
  /** Says what went wrong. True when nothing did. */
  async function pull(work: () => Promise<void>): Promise<boolean> {
    try {
      await store.whileBusy('lever', work);
      return true;
    } catch (error) {
      if (!(error instanceof ControlFailure)) throw error;
      store.notify({ key: 'problem_lever', values: { reason: error.message } }, true);
      return false;
    }
  }

  async function lookAgain(): Promise<void> {
    const { kind } = store.get().screen;
    if (kind === 'list' || kind === 'failure') await list.read();
  }

  async function change(mode: Mode): Promise<void> {
    await account.change({ mode });
    // Else it would be hours until anybody sees that all is well again.
    if (mode === 'ok') await control({ method: 'POST', url: '/_local/forget-cooldown' });
    store.log({ kind: 'event', atMs: Date.now(), text: { key: 'told_mode', values: { mode } } });
  }

  async function growOlder(hours: number): Promise<void> {
    const body = { user: store.get().user, seconds: hours * HOUR_SECONDS };
    await control({ method: 'POST', url: '/_local/age', body });
    store.log({ kind: 'event', atMs: Date.now(), text: { key: 'told_age', values: { hours } } });
  }

  return {
    async setMode(mode: Mode): Promise<void> {
      if (await pull(() => change(mode))) await lookAgain();
    },

    async setLatency(latencyMs: number): Promise<void> {
      await pull(async () => {
        await account.change({ latency_ms: latencyMs });
        store.log({
          kind: 'event',
          atMs: Date.now(),
          text: { key: 'told_latency', values: { ms: latencyMs } },
        });
      });
    },

    async pass(hours: number): Promise<void> {
      const passed = await pull(async () => {
        await growOlder(hours).catch((error: unknown) => {
          if (!(error instanceof ControlFailure) || error.status !== 404) throw error;
          store.notify({ key: 'problem_age' }, true);
        });
      });
      if (passed) await lookAgain();
    },

    /** A step of the story in one go: Spotify becomes so, and the copy too old to be fresh. */
    async play(mode: Mode): Promise<void> {
      const played = await pull(async () => {
        await change(mode);
        // After an outage it is too old already; but the wait until the next attempt has to be over.
        await growOlder(mode === 'ok' ? 1 : store.get().freshSeconds / HOUR_SECONDS);
      });
      if (played) await lookAgain();
    },

    async sweep(): Promise<void> {
      const swept = await pull(async () => {
        const { deleted, entries } = await control<{ deleted: number; entries: number }>({
          method: 'POST',
          url: '/_local/sweep',
        });
        const text = { key: 'told_sweep', values: { deleted, entries } } as const;
        store.log({ kind: 'event', atMs: Date.now(), text });
        store.notify(text);
      });
      if (swept) await lookAgain();
    },
  };
}
