import type { Store } from '../state/store.ts';
import type { Artist, ArtistsPage, Failure } from '../state/types.ts';
import { type Api, describeFailure, noAnswer } from './api.ts';
import type { Tokens } from './tokens.ts';

interface ListOptions {
  readonly store: Store;
  readonly api: Api;
  readonly tokens: Tokens;
}

const PAGE_LENGTH = 10;
/** Another request is computing the list: it will be there soon. */
const LOOK_AGAIN_MS = 3000;

/** Reading and choosing, as the app does. */
export function createList({ store, api, tokens }: ListOptions) {
  let latest = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  /** The first page when there is none. Of several reads at once the last one counts. */
  async function read(page = currentPage()): Promise<void> {
    clearTimeout(again);
    latest += 1;
    const mine = latest;
    const query = { page, limit: PAGE_LENGTH };
    const reply = await store.whileBusy('list', () =>
      api
        .asUser()
        .GET('/api/user/artists', { params: { query } })
        .catch(() => undefined),
    );
    if (mine !== latest) return;
    if (reply?.data) show(reply.data);
    else fail(reply ? describeFailure(reply) : noAnswer);
  }

  function show(page: ArtistsPage): void {
    store.set({ screen: { kind: 'list', page } });
    if (page.warning_code === 'REFRESH_IN_PROGRESS') again = setTimeout(read, LOOK_AGAIN_MS);
  }

  function currentPage(): number {
    const { screen } = store.get();
    return screen.kind === 'list' ? screen.page.data.pagination.page : 0;
  }

  function fail(failure: Failure): void {
    if (failure.code === 'UNAUTHORIZED') tokens.forget();
    const isConnected = failure.code !== 'PLATFORM_NOT_CONNECTED';
    store.set({ screen: isConnected ? { kind: 'failure', failure } : { kind: 'connect' } });
    // The first computation goes on: the person need not ask for what comes anyway.
    if (failure.code !== 'COMPUTING' || failure.retryAtMs === null) return;
    again = setTimeout(read, failure.retryAtMs - Date.now());
  }

  /** Shown at once, and taken back if it could not be saved. */
  async function toggle(artist: Artist): Promise<void> {
    const selected = !artist.selected;
    showChoice(artist.id, selected);
    const body = { artist_id: artist.id, selected };
    const reply = await store.whileBusy('toggle', () =>
      api
        .asUser()
        .POST('/api/user/artists/toggle', { body })
        .catch(() => undefined),
    );
    if (!reply?.data) {
      showChoice(artist.id, !selected);
      const failure = reply ? describeFailure(reply) : noAnswer;
      return store.notify(
        { key: 'problem_toggle', values: { reason: failure.message ?? failure.code } },
        true,
      );
    }
    store.notify({ key: selected ? 'toggledOn' : 'toggledOff', values: { name: artist.name } });
    await read();
  }

  function showChoice(id: string, selected: boolean): void {
    store.set(({ screen }) => {
      if (screen.kind !== 'list') return {};
      const { page } = screen;
      const artists = page.data.artists.map((artist) =>
        artist.id === id ? { ...artist, selected } : artist,
      );
      return { screen: { kind: 'list', page: { ...page, data: { ...page.data, artists } } as ArtistsPage } };
    });
  }

  return {
    read,
    toggle,
    /** What is under way is not wanted any more. */
    leave(): void {
      clearTimeout(again);
      latest += 1;
    },
  };
}

export type List = ReturnType<typeof createList>;
