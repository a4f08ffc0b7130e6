import type { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { createSelectionStore, toggleArtist } from '../../shared/artists/selection.ts';
import { createAdmit } from '../../shared/cache/admission.ts';
import type { Answer } from '../../shared/cache/answer.ts';
import { CHUNK_SIZE } from '../../shared/cache/artist-codec.ts';
import { createArtistsCache } from '../../shared/cache/artists-cache.ts';
import { type BanStore, createBanStore } from '../../shared/cache/bans.ts';
import { cachedArtists } from '../../shared/cache/cached-artists.ts';
import { createComputationStore, type Lease } from '../../shared/cache/computation-store.ts';
import type { ComputedList, Windows } from '../../shared/cache/entry.ts';
import type { Observe } from '../../shared/cache/events.ts';
import { refresh } from '../../shared/cache/hand-off.ts';
import { createSweep } from '../../shared/cache/sweep-expired.ts';
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { createCompleteConnection, createDisconnect, forgetList } from '../../shared/platforms/connecting.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { createOAuthStateStore } from '../../shared/platforms/oauth-state-store.ts';
import { REQUIRED_SCOPES } from '../../shared/spotify/endpoints.ts';
import { SPOTIFY_PLATFORM } from '../../shared/spotify-platform.ts';
import { TABLES } from '../support/dynalite.ts';
import type { Player } from './cast.ts';
import { RETRY_MS } from './computation-properties.ts';
import type { Computation } from './history.ts';
import type { User } from './plan.ts';
import { artistId, computeList, type Platform } from './platform.ts';
import type { clientOf } from './store-client.ts';

const REFRESH_TIMEOUT_MS = 60_000;
/** A list that spills has two chunks, an item takes one, and the second page lies in both. */
const SPILLING = { listLength: CHUNK_SIZE + 2, itemBytes: 1, limit: CHUNK_SIZE / 2 + 1 };
const WHOLE = { listLength: 3, itemBytes: undefined, limit: 2 };

export const shapeOf = ({ spill }: { spill: boolean }) => (spill ? SPILLING : WHOLE);

export interface Stage {
  clientOf: (player: Player) => ReturnType<typeof clientOf>;
  clockOf: (player: Player) => Clock;
  windows: Windows;
  shape: ReturnType<typeof shapeOf>;
  platform: Platform;
  /** Something outside of the store, at a time of the scheduler's choosing. */
  turn: <T>(player: Player, act: () => T | Promise<T>) => Promise<T>;
  beginComputation: (player: Player, user: User) => Computation;
  failedComputation: (player: Player, computation: Computation, error: unknown) => void;
  deliver: (lease: Lease) => void;
}

/** An instance of a function: when one player is through with it, the next goes on with what it knows. */
interface Instance {
  player: Player;
  bans: BanStore;
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
    const instance: Instance = { player, bans: createBanStore({ db, table: TABLES.cache }) };
    return instance;
  }

  /** Has a player do its part on an instance that is free. That of a player that dies never is again. */
  async function onInstance<T>(player: Player, work: (own: Stores) => Promise<T>): Promise<T> {
    const instance = start(player);
    try {
      return await work({ ...storesOf(player), bans: instance.bans });
    } finally {
      idle.push(instance);
    }
  }

  type Stores = ReturnType<typeof storesOf> & { bans: BanStore };

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

  async function compute(
    player: Player,
    { connections, selections, clock }: Stores,
    { userId, signal }: { userId: string; signal: AbortSignal },
  ): Promise<ComputedList> {
    const computation = stage.beginComputation(player, userId as User);
    const ask = (page: number, account: string) =>
      stage.turn(player, () => platform.call(page, account, { clock, signal }));
    try {
      const { listLength } = shape;
      const list = await computeList(
        { clock, connections, selections, ask, listLength },
        computation,
        signal,
      );
      computation.state = 'complete';
      return list;
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
        const handOff = (lease: Lease) => stage.turn(player, () => stage.deliver(lease));
        const readSelection = own.selections.read;
        const deps = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock, retryMs: RETRY_MS };
        const { keepMs } = windows;
        const admit = createAdmit({ db: own.db, table: TABLES.cache, keepMs });
        const deadlineMs = clock.nowMs() + timeoutMs;
        const wanted = { userId: user, page, limit: shape.limit, deadlineMs, observe };
        return cachedArtists({ ...deps, readSelection, admit, handOff }, wanted, (job) =>
          compute(player, own, job),
        );
      });
    },

    refresh(player: Player, lease: Lease): Promise<unknown> {
      return onInstance(player, (own) => {
        const { cache, computations, bans, clock } = own;
        const deps = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock, retryMs: RETRY_MS };
        const handed = { handed: lease, deadlineMs: clock.nowMs() + REFRESH_TIMEOUT_MS };
        return refresh(deps, handed, (job) => compute(player, own, job));
      });
    },

    toggle(player: Player, user: User, artist: number, selected: boolean): Promise<unknown> {
      const own = storesOf(player);
      return toggleArtist(own, user, artistId(user, artist), selected, own.clock.nowMs());
    },

    disconnect(player: Player, user: User): Promise<unknown> {
      const { connections, forget } = storesOf(player);
      return createDisconnect({ connections, forgetList: forget })(user);
    },

    /** `account` tells this connection from all others. */
    async connect(player: Player, user: User, account: string): Promise<unknown> {
      const { db, connections, forget, clock } = storesOf(player);
      const states = createOAuthStateStore({ db, table: TABLES.account });
      const bytes = new Uint8Array(4);
      const token = { accessToken: 'access', refreshToken: 'refresh', scopes: [...REQUIRED_SCOPES] };
      const complete = createCompleteConnection({
        connections,
        forgetList: forget,
        redirectUri: 'https://app.example/callback',
        clock,
        states,
        tokenEndpoint: { exchangeCode: async () => token },
        webApi: { open: () => ({ get: async () => ({ id: account, account_id: account }) }) },
        vault: { newKey: async () => ({ sealed: bytes, seal: () => bytes }) },
      } as unknown as Parameters<typeof createCompleteConnection>[0]);
      const call = { signal: new AbortController().signal, usage: {} } as Parameters<typeof complete>[3];
      const { state } = await states.begin(user, 'verifier', clock.nowMs());
      return complete(user, { code: 'code', state }, clock.nowMs(), call);
    },

    sweep(player: Player): Promise<unknown> {
      const { db, clock } = storesOf(player);
      const sweep = createSweep({ db, table: TABLES.cache });
      return sweep({ nowMs: clock.nowMs(), isOutOfTime: () => false });
    },
  };
}

export const isTypedError = (error: unknown) => error instanceof AppError && error.code !== 'INTERNAL';
