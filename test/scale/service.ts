import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createComputeArtists } from '../../shared/artists/compute-artists.ts';
import { createPlaysStore } from '../../shared/artists/plays-store.ts';
import { createSelectionStore, toggleArtist } from '../../shared/artists/selection.ts';
import { createAdmit } from '../../shared/cache/admission.ts';
import { createArtistsCache } from '../../shared/cache/artists-cache.ts';
import { createBanStore } from '../../shared/cache/ban-store.ts';
import { cachedArtists } from '../../shared/cache/cached-artists.ts';
import type { Compute } from '../../shared/cache/computation.ts';
import { createComputationStore, type Lease } from '../../shared/cache/computation-store.ts';
import type { CacheEvent, Observe } from '../../shared/cache/events.ts';
import { refresh } from '../../shared/cache/hand-off.ts';
import { createSweep } from '../../shared/cache/sweep-expired.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { createRefreshAccess } from '../../shared/platforms/refresh-access.ts';
import { createRevocationStorm } from '../../shared/platforms/revocation-storm.ts';
import { createTokenVault } from '../../shared/platforms/token-vault.ts';
import { createTokenEndpoint } from '../../shared/spotify/token-endpoint.ts';
import { createWebApi } from '../../shared/spotify/web-api.ts';
import { SPOTIFY_PLATFORM } from '../../shared/spotify-platform.ts';
import { TABLES } from '../support/dynalite.ts';
import type { FakeCommand, FakeDynamo } from '../support/fake-dynamo.ts';
import type { Random } from '../support/random.ts';
import { createFleet } from './fleet.ts';
import { executeMetered } from './meter.ts';
import { createRate } from './rates.ts';
import type { Timeline } from './timeline.ts';
import { createStorageUsage, type StorageMeter } from './usage.ts';

const DYNAMODB_MS = 4;
const KMS_MS = 10;
const HAND_OFF_MS = 50;
const WINDOWS = { freshMs: 3 * 3_600_000, keepMs: 6 * 3_600_000 };
const RETRY_MS = 30_000;
/** Of `get-artists`, `refresh-artists` and `sweep`, as deployed. */
const TIMEOUT_MS = { request: 29_000, refresh: 120_000, sweep: 300_000 };
const PAGE_LIMIT = 10;

interface ServiceDeps {
  fake: FakeDynamo;
  timeline: Timeline;
  random: Random;
  /** How many `refresh-artists` there may be at once. */
  refreshBound?: number;
  /** How many computations may begin in 30 s after a ban, at the least. */
  minPerWindow?: number;
}

/** The functions with the real code of `shared/`, over the fake tables, in simulated time. */
export function createService({ fake, timeline, random, refreshBound, minPerWindow }: ServiceDeps) {
  const { clock, at } = timeline;
  const storage = createStorageUsage();
  /** The sweep is bounded by what it has in flight, not by how many users there are. */
  const swept = createStorageUsage();
  const kms = createRate();
  const heard: ((event: CacheEvent) => void)[] = [];
  const observe: Observe = (event) => {
    for (const hear of heard) hear(event);
  };

  /** A client of DynamoDB whose commands take a while, and are metered. */
  const clientOf = (usage: StorageMeter) =>
    ({
      async send(command: FakeCommand) {
        await clock.sleep(DYNAMODB_MS);
        const { outcome, charge } = executeMetered(fake, command);
        usage.charge(clock.nowMs(), charge);
        if ('error' in outcome) throw outcome.error;
        return outcome.result;
      },
    }) as unknown as DynamoDBDocumentClient;
  const db = clientOf(storage);

  const cache = createArtistsCache({ db, table: TABLES.cache, windows: WINDOWS });
  const computations = createComputationStore({ db, table: TABLES.cache });
  const selections = createSelectionStore({ db, table: TABLES.account });
  const admit = createAdmit({ db, table: TABLES.cache, keepMs: WINDOWS.keepMs, minPerWindow });
  const compute = createCompute();

  function createCompute(): Compute {
    const dataKey = { plain: new Uint8Array(32), sealed: new Uint8Array(180) };
    const askKms = async () => {
      await clock.sleep(KMS_MS);
      kms.add(clock.nowMs(), 1);
      return dataKey;
    };
    const vault = createTokenVault({ dataKeys: { generate: askKms, open: askKms }, platform: 'spotify' });
    const credentials = { clientId: 'client', clientSecret: 'secret' };
    const tokenEndpoint = createTokenEndpoint({
      accountsUrl: 'https://accounts.spotify.com',
      credentials: { read: async () => credentials, readAfterRefusal: async () => undefined },
      clock,
    });
    const connections = createConnectionStore({ db, table: TABLES.account });
    const storm = createRevocationStorm({ db, table: TABLES.cache, clock });
    return createComputeArtists({
      refreshAccess: createRefreshAccess({
        connections,
        vault,
        tokenEndpoint,
        storm,
        clock,
        clientId: 'client',
      }),
      webApi: createWebApi({ apiUrl: 'https://api.spotify.com', clock, random: random.next }),
      playsStore: createPlaysStore({ db, table: TABLES.account }),
      selectionStore: selections,
      clock,
    });
  }

  const instance = () => ({ bans: createBanStore({ db, table: TABLES.cache }) });
  type Instance = ReturnType<typeof instance>;
  const fleets = {
    'get-artists': createFleet(timeline, instance),
    'toggle-artist': createFleet(timeline, () => undefined),
    'refresh-artists': createFleet(timeline, instance, refreshBound),
    sweep: createFleet(timeline, () => undefined, 1),
  };
  const depsOf = ({ bans }: Instance) => {
    const readSelection = selections.read;
    const deps = { cache, computations, bans, platform: SPOTIFY_PLATFORM, clock, observe };
    return { ...deps, retryMs: RETRY_MS, readSelection, admit, handOff };
  };

  async function handOff(handed: Lease): Promise<void> {
    at(clock.nowMs() + HAND_OFF_MS, () => {
      void fleets['refresh-artists'].invoke((own) => {
        const deadlineMs = clock.nowMs() + TIMEOUT_MS.refresh;
        return refresh(depsOf(own), { handed, deadlineMs }, compute);
      });
    });
  }

  return {
    storage,
    swept,
    kms,
    fleets,
    /** Hears of everything that happens to lists. */
    onEvent: (hear: (event: CacheEvent) => void) => void heard.push(hear),

    page: (userId: string, page: number) =>
      fleets['get-artists'].invoke((own) => {
        const deadlineMs = clock.nowMs() + TIMEOUT_MS.request;
        const request = { userId, page, limit: PAGE_LIMIT, deadlineMs };
        return cachedArtists(depsOf(own), request, compute);
      }),

    toggle: (userId: string, artistId: string) =>
      fleets['toggle-artist'].invoke(() =>
        toggleArtist({ cache, selections, observe }, userId, artistId, undefined, clock.nowMs()),
      ),

    sweep: () =>
      fleets.sweep.invoke(() => {
        const untilMs = clock.nowMs() + TIMEOUT_MS.sweep - 20_000;
        const sweep = createSweep({ db: clientOf(swept), table: TABLES.cache });
        return sweep({ nowMs: clock.nowMs(), isOutOfTime: () => clock.nowMs() > untilMs });
      }),

    /** The user has connected some day before: nothing of it is metered. */
    async connect(userId: string, nowMs: number): Promise<void> {
      const dataKeys = { generate: async () => ({ plain: new Uint8Array(32), sealed: new Uint8Array(180) }) };
      const vault = createTokenVault({ dataKeys, platform: 'spotify' } as unknown as Parameters<
        typeof createTokenVault
      >[0]);
      const key = await vault.newKey(userId);
      await createConnectionStore({ db: fake.db, table: TABLES.account }).connect(userId, {
        accountId: userId,
        scopes: ['user-top-read', 'user-follow-read', 'user-read-recently-played', 'user-library-read'],
        clientId: 'client',
        authorizedAtMs: nowMs - 30 * 24 * 3_600_000,
        dataKey: key.sealed,
        refreshToken: key.seal(REFRESH_TOKEN),
      });
    },
  };
}

/** As long as Spotify's are. */
const REFRESH_TOKEN = 'a'.repeat(131);
