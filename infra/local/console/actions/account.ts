import type { Store } from '../state/store.ts';
import type { SpotifyAccount } from '../state/types.ts';
import { control } from './control.ts';

/** As the stand-in takes names; a user of another name gets the account that it suggests. */
const ACCOUNT_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+-]{0,63}$/u;
const DEFAULT_ACCOUNT = 'demo';

/** The account that is suggested to a user. */
export const suggestedAccount = (user: string | undefined): string =>
  user !== undefined && ACCOUNT_NAME.test(user) ? user : DEFAULT_ACCOUNT;

/** The user's account on the stand-in: its settings, and how many calls it had. Nothing with the real Spotify. */
export function createAccount(store: Store) {
  const urlOf = (path: string) => `${store.get().spotifyUrl}/_control/accounts${path}`;
  const named = (account: string) => urlOf(`/${encodeURIComponent(account)}`);

  async function read(account: string): Promise<void> {
    store.set({ spotify: await control<SpotifyAccount>({ method: 'GET', url: named(account) }) });
  }

  return {
    /** Looks at the account with this id, or at the one that the user would be suggested. @throws ControlFailure */
    async find(accountId: string | null): Promise<void> {
      const { spotifyUrl, user } = store.get();
      if (spotifyUrl === undefined) return;
      const { accounts } = await control<{ accounts: { account: string; account_id: string }[] }>({
        method: 'GET',
        url: urlOf(''),
      });
      const known = accounts.find((one) => accountId !== null && one.account_id === accountId);
      await read(known?.account ?? suggestedAccount(user));
    },

    /** Shown at once, and taken back if it could not be done. @throws ControlFailure */
    async change(settings: { mode?: string; latency_ms?: number }): Promise<void> {
      const { spotify: before, user } = store.get();
      if (before) store.set({ spotify: { ...before, ...settings } });
      const url = named(before?.account ?? suggestedAccount(user));
      try {
        store.set({ spotify: await control<SpotifyAccount>({ method: 'PUT', url, body: settings }) });
      } catch (error) {
        store.set({ spotify: before });
        throw error;
      }
    },

    /** Its calls until now; null when they are not counted. */
    async calls(): Promise<number | null> {
      const { spotify, spotifyUrl } = store.get();
      if (!spotify || spotifyUrl === undefined) return null;
      const url = named(spotify.account);
      const now = await control<SpotifyAccount>({ method: 'GET', url }).catch(() => undefined);
      return now?.total ?? null;
    },
  };
}

export type Account = ReturnType<typeof createAccount>;
