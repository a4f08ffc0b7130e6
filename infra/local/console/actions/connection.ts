import { keepPending, takePending } from '../state/kept.ts';
import type { Store } from '../state/store.ts';
import { withSteps } from '../state/story.ts';
import { type Account, suggestedAccount } from './account.ts';
import { type Api, describeFailure, noAnswer } from './api.ts';
import { ControlFailure } from './control.ts';
import type { List } from './list.ts';

interface ConnectionOptions {
  readonly store: Store;
  readonly api: Api;
  readonly account: Account;
  readonly list: List;
}

const platform = { platform_slug: 'spotify' } as const;
/** Of a call to the real Spotify, about. Without it a computation would be over before anybody saw that it took place. */
const USUAL_LATENCY_MS = 150;

/** The user, and the user's connection to Spotify: over Spotify's page and back to this one. */
export function createConnection({ store, api, account, list }: ConnectionOptions) {
  /** Who comes back finds their connection as it was. */
  async function signIn(user: string): Promise<void> {
    store.set({ user, screen: { kind: 'empty' }, spotify: undefined });
    store.log({ kind: 'event', atMs: Date.now(), text: { key: 'told_user', values: { user } } });
    await open();
  }

  async function open(): Promise<void> {
    if ((await findAccount()) === 'disconnected') return store.set({ screen: { kind: 'connect' } });
    await list.read(0);
  }

  /**
   * Finds out whose account is connected, if any: the levers are for that one. Without the levers there still is the list.
   */
  async function findAccount(): Promise<'connected' | 'disconnected' | 'unknown'> {
    const reply = await api
      .asUser()
      .GET('/api/user/profile')
      .catch(() => undefined);
    const connected = reply?.data?.data.platforms.find(({ platform_slug }) => platform_slug === 'spotify');
    try {
      await account.find(connected?.account_id ?? null);
    } catch (error) {
      if (!(error instanceof ControlFailure)) throw error;
      store.notify({ key: 'problem_lever', values: { reason: error.message } }, true);
    }
    if (!reply?.data) return 'unknown';
    return connected === undefined || connected.status === 'disconnected' ? 'disconnected' : 'connected';
  }

  /** Leaves this page for Spotify's; `comeBack` goes on from there. */
  async function connect(): Promise<void> {
    list.leave();
    const { user, spotifyUrl } = store.get();
    if (user === undefined) return;
    store.notify({ key: 'connecting' });
    const reply = await store.whileBusy('connect', () =>
      api
        .asUser()
        .POST('/api/user/platforms/connect', { body: platform })
        .catch(() => undefined),
    );
    if (!reply?.data) {
      const failure = reply ? describeFailure(reply) : noAnswer;
      return store.set({ screen: { kind: 'failure', failure } });
    }
    const { authorization_url, state } = reply.data.data;
    keepPending({ user, state });
    const url = new URL(authorization_url);
    // The stand-in has a field for it, and suggests this one.
    if (spotifyUrl !== undefined) url.searchParams.set('account', suggestedAccount(user));
    location.assign(url);
  }

  /** As the mobile team is told to: disconnect, then connect again. */
  async function reconnect(): Promise<void> {
    list.leave();
    store.notify({ key: 'reconnecting' });
    const reply = await store.whileBusy('connect', () =>
      api
        .asUser()
        .POST('/api/user/platforms/disconnect', { body: platform })
        .catch(() => undefined),
    );
    if (reply?.data) return connect();
    const failure = reply ? describeFailure(reply) : noAnswer;
    store.notify({ key: 'problem_lever', values: { reason: failure.message ?? failure.code } }, true);
  }

  /** At the redirect URI: completes what was begun in this tab, whatever Spotify's page said. */
  async function comeBack(answer: URLSearchParams): Promise<void> {
    const pending = takePending();
    if (!pending || pending.state !== answer.get('state')) {
      store.set({ screen: { kind: store.get().user === undefined ? 'signed-out' : 'connect' } });
      return store.notify({ key: 'foreignCallback' }, true);
    }
    // A code is good for one use: a reload must not try it again.
    history.replaceState(null, '', '/');
    const code = answer.get('code');
    if (code === null) {
      await findAccount();
      const note = answer.get('error') === 'access_denied' ? 'refused' : 'connectionLost';
      return store.set({ screen: { kind: 'connect', note } });
    }
    store.notify({ key: 'completing' });
    await complete(code, pending.state);
  }

  async function complete(code: string, state: string): Promise<void> {
    const body = { ...platform, code, state };
    const reply = await store.whileBusy('connect', () =>
      api
        .asUser()
        .POST('/api/user/platforms/connect/complete', { body })
        .catch(() => undefined),
    );
    if (!reply?.data) {
      const failure = { ...(reply ? describeFailure(reply) : noAnswer), wayOut: 'reconnect' as const };
      return store.set({ screen: { kind: 'failure', failure } });
    }
    store.notify({ key: 'connected' });
    await findAccount();
    if (store.get().spotify?.latency_ms === 0) await account.change({ latency_ms: USUAL_LATENCY_MS });
    await list.read(0);
    const { screen } = store.get();
    const isFresh = screen.kind === 'list' && screen.page.cache_status === 'fresh';
    if (isFresh && store.get().seen.includes('revoked'))
      store.set(({ seen }) => ({ seen: withSteps(seen, 'reconnected') }));
  }

  /** For good: the list, the plays and the tokens are gone. */
  async function disconnect(): Promise<void> {
    list.leave();
    const reply = await store.whileBusy('connect', () =>
      api
        .asUser()
        .POST('/api/user/platforms/disconnect', { body: platform })
        .catch(() => undefined),
    );
    if (reply?.data) {
      store.set({ screen: { kind: 'connect' } });
      return store.notify({ key: 'disconnected' });
    }
    const failure = reply ? describeFailure(reply) : noAnswer;
    store.notify({ key: 'problem_lever', values: { reason: failure.message ?? failure.code } }, true);
  }

  /** Reads the latest plays into the inputs of the score: the list itself stays as it is. */
  async function sync(): Promise<void> {
    const reply = await store.whileBusy('sync', () =>
      api
        .asUser()
        .POST('/api/user/artists/sync')
        .catch(() => undefined),
    );
    if (!reply?.data) {
      const failure = reply ? describeFailure(reply) : noAnswer;
      return store.notify(
        { key: 'problem_lever', values: { reason: failure.message ?? failure.code } },
        true,
      );
    }
    const { new_plays: plays, artists_updated: artists } = reply.data.data;
    const text = { key: 'told_sync', values: { plays, artists } } as const;
    store.log({ kind: 'event', atMs: Date.now(), text });
    store.notify(text);
  }

  return {
    signIn,
    open,
    connect,
    reconnect,
    disconnect,
    sync,
    comeBack,
    signOut(): void {
      list.leave();
      store.set({ user: undefined, spotify: undefined, screen: { kind: 'signed-out' } });
    },
  };
}
