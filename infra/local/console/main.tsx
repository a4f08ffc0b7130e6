import { render } from 'preact';
import { createAccount } from './actions/account.ts';
import { createApi } from './actions/api.ts';
import { createConnection } from './actions/connection.ts';
import { createDetails } from './actions/details.ts';
import { createExchanges } from './actions/exchanges.ts';
import { createLevers } from './actions/levers.ts';
import { createList } from './actions/list.ts';
import { createLoad } from './actions/load.ts';
import { createStatistics } from './actions/statistics.ts';
import { createTokens } from './actions/tokens.ts';
import { keepLanguage, keepSession, keepTheme, readLanguage, readSession, readTheme } from './state/kept.ts';
import { createStore, type Store } from './state/store.ts';
import type { ConsoleState } from './state/types.ts';
import { textsOf } from './text/text.ts';
import type { Actions } from './views/actions.ts';
import { App } from './views/app.tsx';

/** What a notice that is no problem is shown for. */
const NOTICE_MS = 6000;
/** Ages and waits are shown to the second. */
const TICK_MS = 1000;

/** What the server wrote into the page. */
const written = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

function firstState(): ConsoleState {
  const session = readSession();
  return {
    language: readLanguage(),
    theme: readTheme(),
    spotifyUrl: written('spotify-url') || undefined,
    freshSeconds: Number(written('fresh-seconds')),
    keepSeconds: Number(written('keep-seconds')),
    user: session?.user,
    screen: { kind: session?.user === undefined ? 'signed-out' : 'empty' },
    busy: undefined,
    spotify: undefined,
    load: undefined,
    log: session?.log ?? [],
    stats: undefined,
    samples: session?.samples ?? [],
    seen: session?.seen ?? [],
    opened: undefined,
    notice: undefined,
  };
}

function createActions(store: Store) {
  const tokens = createTokens();
  const account = createAccount(store);
  const exchanges = createExchanges();
  const api = createApi({ store, tokens, account, exchanges });
  const list = createList({ store, api, tokens });
  const connection = createConnection({ store, api, account, list });
  const load = createLoad({ store, api, account });
  const actions: Actions = {
    ...connection,
    ...list,
    ...createLevers({ store, account, list }),
    ...createDetails({ store, exchanges }),
    runLoad: load.run,
    stopLoad: load.stop,
    setLanguage(language) {
      keepLanguage(language);
      store.set({ language });
      // Warnings are the service's own words.
      if (store.get().screen.kind === 'list') void list.read();
    },
    setTheme(theme) {
      keepTheme(theme);
      store.set({ theme });
    },
    clearLog: () => store.set({ log: [] }),
    closeNotice: () => store.set({ notice: undefined }),
  };
  return { actions, connection, statistics: createStatistics({ store, api, tokens }) };
}

/** Of a load each reply changes the page: drawing all of them would slow down what is measured. */
const DRAW_DURING_LOAD_MS = 250;

/** Draws the state, at most once a frame. */
function drawing(store: Store, actions: Actions): () => void {
  const place = document.querySelector('#console');
  let isDue = false;
  function draw(): void {
    isDue = false;
    const state = store.get();
    document.documentElement.lang = state.language;
    document.documentElement.dataset.theme = state.theme;
    document.title = textsOf(state.language)('title');
    if (place) render(<App state={state} actions={actions} nowMs={Date.now()} />, place);
  }
  return () => {
    if (isDue) return;
    isDue = true;
    if (store.get().load) setTimeout(draw, DRAW_DURING_LOAD_MS);
    else requestAnimationFrame(draw);
  };
}

function start(): void {
  const store = createStore(firstState());
  const { actions, connection, statistics } = createActions(store);
  const draw = drawing(store, actions);
  store.subscribe(draw);
  setInterval(draw, TICK_MS);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  let closing: ReturnType<typeof setTimeout> | undefined;
  let shown = store.get().notice;
  store.subscribe(({ notice }) => {
    if (notice === shown) return;
    shown = notice;
    clearTimeout(closing);
    if (notice && !notice.isProblem) closing = setTimeout(actions.closeNotice, NOTICE_MS);
  });
  addEventListener('pagehide', () => keepSession(store.get()));
  draw();
  const isBack = location.pathname === '/callback';
  if (isBack) void connection.comeBack(new URLSearchParams(location.search));
  else if (store.get().user !== undefined) void connection.open();
  void statistics.watch();
}

start();
