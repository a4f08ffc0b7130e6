/** As AsyncStorage of React Native, or `localStorage` of a browser. */
export interface PageStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

export interface KeptPage {
  readonly etag: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface PageStoreOptions {
  /** So many pages are kept, those that were used last. */
  readonly count: number;
  /** Where they outlive the app, and whose they are: the list of one user is never shown to another. */
  readonly keptIn?: { readonly storage: PageStorage; readonly user: string } | undefined;
}

/** Where the pages of a user lie in a storage. Remove it when the user signs out. */
export const keptPagesKey = (user: string): string => `artists-cache:pages:${user}`;

/** Pages by their key. A storage that fails costs the copy, never the reply: nothing here throws. */
export function createPageStore({ count, keptIn }: PageStoreOptions) {
  const storageKey = keptPagesKey(keptIn?.user ?? '');
  let loading: Promise<Map<string, KeptPage>> | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  let generation = 0;

  const load = () => {
    loading ??= stored().then((entries) => new Map(entries));
    return loading;
  };

  async function stored(): Promise<[string, KeptPage][]> {
    try {
      return JSON.parse((await keptIn?.storage.getItem(storageKey)) ?? '[]');
    } catch {
      return [];
    }
  }

  /** One after the other: the last state is the one that stays. */
  async function write(change: (storage: PageStorage) => unknown): Promise<void> {
    if (!keptIn) return;
    writing = writing.then(() => change(keptIn.storage)).catch(() => undefined);
    await writing;
  }

  return {
    /** Another one after each `clear`. */
    generation: () => generation,
    get: async (key: string): Promise<KeptPage | undefined> => (await load()).get(key),
    async set(key: string, page: KeptPage): Promise<void> {
      const pages = await load();
      // What was used last goes to the end: the first is what was not used for longest.
      pages.delete(key);
      pages.set(key, page);
      const [oldest] = pages.keys();
      if (pages.size > count && oldest !== undefined) pages.delete(oldest);
      const text = JSON.stringify([...pages]);
      await write((storage) => storage.setItem(storageKey, text));
    },
    async clear(): Promise<void> {
      generation++;
      (await load()).clear();
      await write((storage) => storage.removeItem(storageKey));
    },
  };
}
