import { AsyncLocalStorage } from 'node:async_hooks';
// What is loaded on the way takes time of the machine, and none of ours: so it is here already.
import '@aws-lambda-powertools/logger';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createComputeArtists } from '../../shared/artists/compute-artists.ts';
import { createPlaysStore } from '../../shared/artists/plays-store.ts';
import { createSelectionStore, toggleArtist } from '../../shared/artists/selection.ts';
import { createSyncPace, createSyncPlays } from '../../shared/artists/sync-plays.ts';
import { createBanStore } from '../../shared/cache/ban-store.ts';
import { cachedArtists } from '../../shared/cache/cached-artists.ts';
import type { Compute } from '../../shared/cache/computation.ts';
import type { Lease } from '../../shared/cache/computation-store.ts';
import type { CacheEvent } from '../../shared/cache/events.ts';
import { refresh } from '../../shared/cache/hand-off.ts';
import type { Clock } from '../../shared/clock.ts';
import { createCompleteConnection } from '../../shared/platforms/complete-connection.ts';
import { createConnect, forgetList } from '../../shared/platforms/connecting.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { createOAuthStateStore } from '../../shared/platforms/oauth-state-store.ts';
import { createRefreshAccess } from '../../shared/platforms/refresh-access.ts';
import { respectCooldown } from '../../shared/platforms/respect-cooldown.ts';
import { createRevocationStorm } from '../../shared/platforms/revocation-storm.ts';
import { createTokenVault } from '../../shared/platforms/token-vault.ts';
import { noUsage, type SpotifyCall } from '../../shared/spotify/call.ts';
import { createTokenEndpoint } from '../../shared/spotify/token-endpoint.ts';
import { createWebApi } from '../../shared/spotify/web-api.ts';
import { CONNECT_NEEDS, SYNC_NEEDS } from '../../shared/spotify-platform.ts';
import { aCache, RETRY_MS } from './a-cache.ts';
import { aClockOfSleepers } from './a-clock-of-sleepers.ts';
import { TABLES } from './dynalite.ts';
import { createFakeTables } from './fake-tables.ts';
import { CLIENT, SPOTIFY_URL, spotifyInMemory } from './spotify-in-memory.ts';

// Lines of the log say nothing that a test asks for.
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';

const REQUEST_MS = 29_000;
const REFRESH_MS = 900_000;
const KEY = new Uint8Array(32);

/** One invocation of a function. AWS freezes the process once the reply is out; here it never goes on. */
interface Invocation {
  userId: string;
  isFrozen: boolean;
}

/**
 * The whole service in one process and in a time of its own, over a fake DynamoDB and the stand-in without a network:
 * hours pass in no time, and the same things happen in the same order. To be ended, for it takes the place of `fetch`.
 */
export function startServiceInTime() {
  const time = aClockOfSleepers();
  const spotify = spotifyInMemory(time.clock);
  const tables = createFakeTables();
  const invocations = new AsyncLocalStorage<Invocation | undefined>();
  const asked: { atMs: number; path: string; userId: string }[] = [];
  const background = new Set<Promise<unknown>>();

  /** Who is frozen does not hear what was answered. */
  async function heard<T>(work: Promise<T>): Promise<T> {
    const settled = await work.then(
      (value) => () => value,
      (error: unknown) => () => Promise.reject(error),
    );
    if (invocations.getStore()?.isFrozen) await new Promise(() => undefined);
    return settled();
  }

  const clock: Clock = {
    nowMs: time.clock.nowMs,
    sleep: (ms, signal) => heard(time.clock.sleep(ms, signal)),
  };
  const db = {
    send: (command: never) => heard(Promise.resolve().then(() => tables.execute(command))),
  } as unknown as DynamoDBDocumentClient;
  const realFetch = globalThis.fetch;
  globalThis.fetch = ((url: URL, init: RequestInit) => {
    asked.push({ atMs: clock.nowMs(), path: url.pathname, userId: invocations.getStore()?.userId ?? '' });
    // Spotify goes on, also when its caller is frozen meanwhile.
    return heard(invocations.run(undefined, () => spotify.fetch(url, init)));
  }) as typeof fetch;

  const stores = aCache(db);
  const { cache, computations, observe } = stores;
  /** Each invocation is on an instance of its own, and knows nothing by another. */
  const newBans = () => createBanStore({ db, table: TABLES.cache });
  const account = { db, table: TABLES.account };
  const dataKeys = {
    generate: async () => ({ plain: KEY, sealed: KEY }),
    open: async (sealed: Uint8Array) => ({ plain: KEY, sealed }),
  };
  const parts = {
    clock,
    connections: createConnectionStore(account),
    states: createOAuthStateStore(account),
    selectionStore: createSelectionStore(account),
    playsStore: createPlaysStore(account),
    pace: createSyncPace(account),
    vault: createTokenVault({ dataKeys, platform: 'spotify' }),
    clientId: CLIENT.clientId,
    storm: createRevocationStorm({ db, table: TABLES.cache, clock }),
    credentials: { read: async () => CLIENT, readAfterRefusal: async () => undefined },
    accountsUrl: SPOTIFY_URL,
    redirectUri: 'http://127.0.0.1:3000/callback',
    webApi: createWebApi({ apiUrl: SPOTIFY_URL, clock, random: () => 0.5 }),
    forgetList: (userId: string) => forgetList({ cache, computations, clock }, userId),
  };
  const tokenEndpoint = createTokenEndpoint(parts);
  const refreshAccess = createRefreshAccess({ ...parts, tokenEndpoint });
  const computeArtists = createComputeArtists({ ...parts, refreshAccess });
  const syncPlays = createSyncPlays({ ...parts, refreshAccess });
  const connect = createConnect(parts);
  const complete = createCompleteConnection({ ...parts, tokenEndpoint });

  /** Runs a function for a user, and freezes it with the reply. */
  async function invoke<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const invocation: Invocation = { userId, isFrozen: false };
    try {
      return await time.until(invocations.run(invocation, work));
    } finally {
      invocation.isFrozen = true;
    }
  }

  const usages: Extract<CacheEvent, { name: 'platform-asked' }>['usage'][] = [];
  const compute: Compute = (job) =>
    computeArtists({
      ...job,
      observe: (event) => {
        if (event.name === 'platform-asked') usages.push(event.usage);
      },
    });
  const newDeps = () => ({ ...stores, bans: newBans(), clock, retryMs: RETRY_MS });

  /** Its receipt is there at once; the function begins on its own. */
  async function handOff(lease: Lease): Promise<void> {
    const handed = { handed: lease, deadlineMs: clock.nowMs() + REFRESH_MS };
    const work = invoke(lease.userId, () => refresh(newDeps(), handed, compute));
    background.add(work);
  }
  const readSelection = parts.selectionStore.read;

  const ask =
    (needs: Parameters<typeof respectCooldown>[1]) =>
    <T>(work: (call: SpotifyCall) => Promise<T>): Promise<T> => {
      const call = { signal: new AbortController().signal, usage: noUsage() };
      return respectCooldown({ bans: newBans(), clock, observe }, needs, call, work);
    };

  function user(id: string) {
    const act = <T>(work: () => Promise<T>) => invoke(id, work);
    const begin = async (as = id) => {
      const { authorizationUrl } = await act(() => connect(id, clock.nowMs()));
      return spotify.consent(authorizationUrl, as);
    };
    const completeBy = (back: { code: string; state: string }) =>
      act(() => complete(id, back, clock.nowMs(), ask(CONNECT_NEEDS)));
    return {
      id,
      begin,
      complete: completeBy,
      connect: async (as = id) => completeBy(await begin(as)),
      artists: (page = 0, limit = 100) =>
        act(() => {
          const request = { userId: id, page, limit, deadlineMs: clock.nowMs() + REQUEST_MS };
          return cachedArtists({ ...newDeps(), readSelection, handOff }, request, compute);
        }),
      sync: () => act(() => syncPlays(id, clock.nowMs(), ask(SYNC_NEEDS))),
      toggle: (artistId: string, selected: boolean) =>
        act(() =>
          toggleArtist(
            { cache, selections: parts.selectionStore, observe },
            id,
            artistId,
            selected,
            clock.nowMs(),
          ),
        ),
      connection: () => act(() => parts.connections.read(id)),
      /** Calls of Spotify for the user, from `sinceMs` on. */
      calls: (path = '', sinceMs = 0) =>
        asked.filter((call) => call.userId === id && call.atMs >= sinceMs && call.path.startsWith(path)),
    };
  }

  return {
    ...time,
    spotify,
    user,
    asked,
    bans: () => newBans().read(clock.nowMs()),
    /** A user with an account of the same name. */
    async connected(id: string, settings: object = {}) {
      spotify.set(id, settings);
      const connectedUser = user(id);
      await connectedUser.connect();
      asked.length = 0;
      return connectedUser;
    },
    /** Of the last computation. */
    lastUsage: () => usages.at(-1),
    /** Everything that goes on behind replies comes to its end. */
    settled: () => time.until(Promise.allSettled(background)),
    end: (): void => {
      globalThis.fetch = realFetch;
    },
  };
}

export type ServiceInTime = ReturnType<typeof startServiceInTime>;
export type UserInTime = ReturnType<ServiceInTime['user']>;
