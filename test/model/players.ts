import type { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { createPlaysStore } from '../../shared/artists/plays-store.ts';
import { createSelectionStore, toggleArtist } from '../../shared/artists/selection.ts';
import { createSyncPace, createSyncPlays } from '../../shared/artists/sync-plays.ts';
import { createAdmit } from '../../shared/cache/admission.ts';
import type { Answer } from '../../shared/cache/answer.ts';
import { CHUNK_SIZE } from '../../shared/cache/artist-codec.ts';
import { createArtistsCache } from '../../shared/cache/artists-cache.ts';
import { type BanStore, createBanStore } from '../../shared/cache/ban-store.ts';
import { cachedArtists } from '../../shared/cache/cached-artists.ts';
import type { ComputationJob, Computed } from '../../shared/cache/computation.ts';
import { createComputationStore, type Lease } from '../../shared/cache/computation-store.ts';
import type { Windows } from '../../shared/cache/entry.ts';
import type { Observe } from '../../shared/cache/events.ts';
import { refresh } from '../../shared/cache/hand-off.ts';
import { createSweep } from '../../shared/cache/sweep-expired.ts';
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { createCompleteConnection } from '../../shared/platforms/complete-connection.ts';
import { createDisconnect, forgetList } from '../../shared/platforms/connecting.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { createOAuthStateStore } from '../../shared/platforms/oauth-state-store.ts';
import { createRefreshAccess, type RefreshAccess } from '../../shared/platforms/refresh-access.ts';
import { respectCooldown } from '../../shared/platforms/respect-cooldown.ts';
import { createRevocationStorm, type RevocationStorm } from '../../shared/platforms/revocation-storm.ts';
import type { TokenKey } from '../../shared/platforms/token-vault.ts';
import { noUsage } from '../../shared/spotify/call.ts';
import { REQUIRED_SCOPES } from '../../shared/spotify/endpoints.ts';
import type { TokenEndpoint } from '../../shared/spotify/token-endpoint.ts';
import type { WebApi } from '../../shared/spotify/web-api.ts';
import { SPOTIFY_PLATFORM, SYNC_NEEDS } from '../../shared/spotify-platform.ts';
import { ANSWERED } from '../support/a-cache.ts';
import { TABLES } from '../support/dynalite.ts';
import type { Player } from './cast.ts';
import { RETRY_MS } from './computation-properties.ts';
import type { Computation } from './history.ts';
import type { User } from './plan.ts';
import { artistId, computeList, type Platform } from './platform.ts';
import type { clientOf } from './store-client.ts';

const REFRESH_TIMEOUT_MS = 60_000;
const OTHERS = 30;
/** A list that spills has two chunks, an item takes one, and the second page lies in both. */
const SPILLING = { listLength: CHUNK_SIZE + 2, itemBytes: 1, limit: CHUNK_SIZE / 2 + 1 };
const WHOLE = { listLength: 3, itemBytes: undefined, limit: 2 };

const UNHEARD: Observe = () => undefined;

export const shapeOf = ({ spill }: { spill: boolean }) => (spill ? SPILLING : WHOLE);

const PLAIN_KEY: TokenKey = {
  sealed: new Uint8Array(4),
  seal: (token) => new Uint8Array(Buffer.from(token)),
  open: (sealed) => Buffer.from(sealed).toString(),
};
const PLAIN_VAULT = { newKey: async () => PLAIN_KEY, openKey: async () => PLAIN_KEY };

export interface Stage {
  clientOf: (player: Player) => ReturnType<typeof clientOf>;
  clockOf: (player: Player) => Clock;
  windows: Windows;
  shape: ReturnType<typeof shapeOf>;
  platform: Platform;
  /** Something outside of the store, at a time of the scheduler's choosing. */
  turn: <T>(player: Player, act: () => T | Promise<T>) => Promise<T>;
  beginComputation: (player: Player, user: User, isPartial: boolean) => Computation;
  failedComputation: (player: Player, computation: Computation, error: unknown) => void;
  /** Hands a computation on. */
  invoke: (player: Player, lease: Lease) => Promise<void>;
}

/** An instance of a function: when one player is through with it, the next goes on with what it knows. */
interface Instance {
  player: Player;
  bans: BanStore;
  storm: RevocationStorm;
}

/** What instances of the service do, with the real code, for the things asked of them, one at a time. */
export function createPlayers(stage: Stage) {
  const { windows, shape, platform } = stage;
  const idle: Instance[] = [];

  function start(player: Player): Instance {
    const at = idle.findIndex((instance) => instance.player.skewMs === player.skewMs);
    const [instance] = at < 0 ? [cold(player)] : idle.splice(at, 1);
    const { cooldownLookStep } = (instance as Instance).player;
    // What the player before has read of the bans, this one goes by.
    if (cooldownLookStep !== undefined) player.cooldownLookStep = cooldownLookStep;
    return Object.assign(instance as Instance, { player });
  }

  function cold(player: Player): Instance {
    const send = (command: GetCommand) => stage.clientOf(instance.player).send(command);
    const db = { send } as unknown as DynamoDBDocumentClient;
    const table = TABLES.cache;
    const clock = { nowMs: () => stage.clockOf(instance.player).nowMs() };
    const instance: Instance = {
      player,
      bans: createBanStore({ db, table }),
      storm: createRevocationStorm({ db, table, clock }),
    };
    return instance;
  }

  /** Has a player do its part on an instance that is free. That of a player that dies never is again. */
  async function onInstance<T>(player: Player, work: (own: Stores) => Promise<T>): Promise<T> {
    const instance = start(player);
    try {
      return await work({ ...storesOf(player), bans: instance.bans, storm: instance.storm });
    } finally {
      idle.push(instance);
    }
  }

  type Stores = ReturnType<typeof storesOf> & Pick<Instance, 'bans' | 'storm'>;

  function storesOf(player: Player) {
    const db = stage.clientOf(player);
    const clock = stage.clockOf(player);
    const { itemBytes } = shape;
    const cache = createArtistsCache({
      db,
      table: TABLES.cache,
      windows,
      ...(itemBytes === undefined ? {} : { itemBytes }),
    });
    const computations = createComputationStore({ db, table: TABLES.cache });
    const connections = createConnectionStore({ db, table: TABLES.account });
    const selections = createSelectionStore({ db, table: TABLES.account });
    const forget = (userId: string) => forgetList({ cache, computations, clock }, userId);
    return { db, clock, cache, computations, connections, selections, forget };
  }

  /** A call of the token endpoint takes effect, and its reply comes, when the scheduler says so. */
  function accessFor(player: Player, { connections, clock, storm }: Stores) {
    const refreshTokens = async (token: string, { signal }: { signal: AbortSignal }) => {
      const tokens = await stage.turn(player, () => platform.refresh(token, clock));
      return stage.turn(player, () => {
        signal.throwIfAborted();
        return tokens;
      });
    };
    const tokenEndpoint = {
      refresh: refreshTokens,
      prepare: async () => undefined,
    } as unknown as TokenEndpoint;
    const refreshAccess = createRefreshAccess({
      connections,
      clock,
      vault: PLAIN_VAULT,
      tokenEndpoint,
      storm,
      clientId: 'us',
    });
    const access: RefreshAccess = (userId, call) => {
      // A call takes 5 s at most, and storing what it gave a moment: less than its caller is waited for.
      player.isHurried = true;
      platform.refreshesInFlight += 1;
      return refreshAccess(userId, call).finally(() => {
        player.isHurried = false;
        platform.refreshesInFlight -= 1;
      });
    };
    return access;
  }

  async function compute(
    player: Player,
    own: Stores,
    { userId, signal, without }: Pick<ComputationJob, 'userId' | 'signal' | 'without'>,
  ): Promise<Computed> {
    const { selections, clock } = own;
    const computation = stage.beginComputation(player, userId as User, without.length > 0);
    const ask = (page: number, account: string) =>
      stage.turn(player, () => platform.call(page, account, { clock, signal }));
    try {
      const access = await accessFor(player, own)(userId, { signal, usage: noUsage() });
      const { accountId } = access.connection;
      const deps = { clock, accountId, selections, ask, listLength: shape.listLength };
      const list = await computeList(deps, computation, signal).finally(access.settle);
      computation.state = 'complete';
      return { ...list, answered: ANSWERED };
    } catch (error) {
      computation.state = 'failed';
      // What comes after the computation was given up is not heard.
      if (!signal.aborted) stage.failedComputation(player, computation, error);
      throw error;
    }
  }

  return {
    request(player: Player, user: User, page: number, timeoutMs: number, observe: Observe): Promise<Answer> {
      return onInstance(player, (own) => {
        const { cache, computations, bans, clock } = own;
        const handOff = (lease: Lease) => stage.invoke(player, lease);
        const readSelection = own.selections.read;
        const deps = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock, retryMs: RETRY_MS };
        const { keepMs } = windows;
        const admit = createAdmit({ db: own.db, table: TABLES.cache, keepMs });
        const deadlineMs = clock.nowMs() + timeoutMs;
        const wanted = { userId: user, page, limit: shape.limit, deadlineMs };
        return cachedArtists({ ...deps, observe, readSelection, admit, handOff }, wanted, (job) =>
          compute(player, own, job),
        );
      });
    },

    refresh(player: Player, lease: Lease): Promise<unknown> {
      return onInstance(player, (own) => {
        const { cache, computations, bans, clock } = own;
        const deps = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock, retryMs: RETRY_MS };
        const handed = { handed: lease, deadlineMs: clock.nowMs() + REFRESH_TIMEOUT_MS };
        return refresh({ ...deps, observe: UNHEARD }, handed, (job) => compute(player, own, job));
      });
    },

    toggle(player: Player, user: User, artist: number, selected: boolean): Promise<unknown> {
      const own = storesOf(player);
      return toggleArtist(
        { ...own, observe: UNHEARD },
        user,
        artistId(user, artist),
        selected,
        own.clock.nowMs(),
      );
    },

    sync(player: Player, user: User): Promise<unknown> {
      return onInstance(player, (own) => {
        const { db, bans, clock } = own;
        const account = { db, table: TABLES.account };
        const call = { signal: new AbortController().signal, usage: noUsage() };
        const get = () =>
          stage.turn(player, () => {
            call.usage.answered.add('player');
            return { items: [], skipped: [] };
          });
        const syncPlays = createSyncPlays({
          refreshAccess: accessFor(player, own),
          webApi: { open: () => ({ get }) } as unknown as WebApi,
          playsStore: createPlaysStore(account),
          pace: createSyncPace(account),
          clock,
        });
        return syncPlays(user, clock.nowMs(), (work) =>
          respectCooldown({ bans, clock, observe: UNHEARD }, SYNC_NEEDS, call, work),
        );
      });
    },

    /** As many users as make a storm of it, whatever else succeeds, are told that their tokens are revoked. */
    othersAreRefused(player: Player): Promise<void> {
      return onInstance(player, async ({ storm }) => {
        for (let user = 0; user < OTHERS; user += 1) await storm.refused();
      });
    },

    disconnect(player: Player, user: User): Promise<unknown> {
      const { connections, forget } = storesOf(player);
      return createDisconnect({ connections, forgetList: forget })(user);
    },

    /** `account` tells this connection from all others. */
    async connect(player: Player, user: User, account: string): Promise<unknown> {
      const { db, connections, forget, clock } = storesOf(player);
      const states = createOAuthStateStore({ db, table: TABLES.account });
      const refreshToken = platform.issue(account);
      const token = { accessToken: account, refreshToken, scopes: [...REQUIRED_SCOPES] };
      const complete = createCompleteConnection({
        connections,
        forgetList: forget,
        redirectUri: 'https://app.example/callback',
        clock,
        states,
        tokenEndpoint: { exchangeCode: async () => token },
        webApi: { open: () => ({ get: async () => ({ id: account, account_id: account }) }) },
        vault: PLAIN_VAULT,
        clientId: 'us',
      } as unknown as Parameters<typeof createCompleteConnection>[0]);
      const call = { signal: new AbortController().signal, usage: noUsage() };
      const { state } = await states.begin(user, 'verifier', clock.nowMs());
      return complete(user, { code: 'code', state }, clock.nowMs(), (work) => work(call));
    },

    sweep(player: Player): Promise<unknown> {
      const { db, clock } = storesOf(player);
      const sweep = createSweep({ db, table: TABLES.cache });
      return sweep({ nowMs: clock.nowMs(), isOutOfTime: () => false });
    },
  };
}

export const isTypedError = (error: unknown) => error instanceof AppError && error.code !== 'INTERNAL';
