import { PlatformNotConnected, PlatformUnavailable } from '../errors.ts';
import type { RefreshAccess } from '../platforms/refresh-access.ts';
import { RecentlyPlayedReply } from '../spotify/schemas.ts';
import { unavailable } from '../spotify/unavailable.ts';
import type { SpotifyCall } from '../spotify/usage.ts';
import type { WebApi, WebApiSession } from '../spotify/web-api.ts';
import { addPlays, type Play } from './plays.ts';
import type { PlaysStore, StoredPlays } from './plays-store.ts';

/** Spotify knows the last 50 plays, and gives them at once. */
const MAX_PLAYS = 50;
const MAX_ROUNDS = 5;
const RETRY_MS = 30_000;

export interface SyncResult {
  newPlays: number;
  artistsUpdated: number;
  syncedAtMs: number;
}

interface SyncPlaysDeps {
  refreshAccess: RefreshAccess;
  webApi: WebApi;
  playsStore: PlaysStore;
}

/**
 * Adds the plays since the last sync to what scores are made of. Never touches the cached list: the next computation
 * takes them in. Two syncs at once count each play once. While Spotify is down the user's syncs call it once in 30 s.
 *
 * @throws what `RefreshAccess` and `WebApiSession.get` throw.
 */
export function createSyncPlays({ refreshAccess, webApi, playsStore }: SyncPlaysDeps) {
  async function readPlays(userId: string): Promise<StoredPlays> {
    const stored = await playsStore.read(userId);
    if (!stored) throw new PlatformNotConnected('the user has no connection');
    return stored;
  }

  async function addToStored(seen: StoredPlays, userId: string, played: readonly Play[], nowMs: number) {
    let stored = seen;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { plays, ...counts } = addPlays(stored.plays, played, nowMs);
      if (counts.newPlays === 0 || (await playsStore.save(userId, stored, plays))) return counts;
      stored = await readPlays(userId);
      requireSame(stored.connectionId, seen.connectionId);
    }
    throw unavailable('too many syncs of one user at once');
  }

  async function sync(stored: StoredPlays, userId: string, nowMs: number, call: SpotifyCall) {
    const access = await refreshAccess(userId, call);
    try {
      requireSame(access.connection.connectionId, stored.connectionId);
      const played = await readRecent(webApi.open({ ...access, ...call }));
      return await addToStored(stored, userId, played, nowMs);
    } finally {
      await access.settle();
    }
  }

  return async function syncPlays(userId: string, nowMs: number, call: SpotifyCall): Promise<SyncResult> {
    const stored = await readPlays(userId);
    if (stored.retryAtMs > nowMs) {
      const retryAfterSeconds = Math.ceil((stored.retryAtMs - nowMs) / 1000);
      throw new PlatformUnavailable('a sync failed a moment ago', { retryAfterSeconds });
    }
    try {
      return { ...(await sync(stored, userId, nowMs, call)), syncedAtMs: nowMs };
    } catch (error) {
      if (error instanceof PlatformUnavailable) {
        await playsStore.postpone(userId, stored.connectionId, nowMs + RETRY_MS);
      }
      throw error;
    }
  };
}

/** What came by one connection is not added to another. */
function requireSame(connectionId: string, expected: string): void {
  if (connectionId !== expected) throw new PlatformNotConnected('the connection was replaced meanwhile');
}

async function readRecent(session: WebApiSession): Promise<Play[]> {
  const query = { limit: MAX_PLAYS };
  const { items } = await session.get('/v1/me/player/recently-played', query, RecentlyPlayedReply);
  return items.map(({ played_at, track }) => ({
    playedAtMs: Date.parse(played_at),
    artistIds: [...new Set((track?.artists ?? []).flatMap(({ id }) => id ?? []))],
  }));
}
