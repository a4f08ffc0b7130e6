import type { Clock } from '../clock.ts';
import {
  type AppError,
  PlatformNotConnected,
  PlatformRateLimited,
  PlatformScopeMissing,
  PlatformUnavailable,
  StorageUnavailable,
} from '../errors.ts';
import { nextPayment, type Pace } from '../pace.ts';
import type { RefreshAccess } from '../platforms/refresh-access.ts';
import type { AskSpotify, SpotifyCall } from '../spotify/call.ts';
import { type PlayReply, RecentlyPlayedReply } from '../spotify/schemas.ts';
import type { WebApi, WebApiSession } from '../spotify/web-api.ts';
import { type TableDeps, tableOf } from '../storage/document-client.ts';
import { addPlays, type Play } from './plays.ts';
import type { PlaysStore, StoredPlays } from './plays-store.ts';

/** Spotify knows no more of them, and usually gives them at once. */
const MAX_PLAYS = 50;
/** Where it gives fewer at once, so many calls at the most. */
const MAX_PAGES = 5;
/** While the platform is down, a user's syncs call it this often at the most. */
const RETRY_MS = 30_000;
/** A scope that is missing is there after a new consent, which ends the pause. */
const CONSENT_RETRY_MS = 10 * 60_000;

export interface SyncResult {
  newPlays: number;
  artistsUpdated: number;
  syncedAtMs: number;
}

interface SyncPlaysDeps {
  refreshAccess: RefreshAccess;
  webApi: WebApi;
  playsStore: PlaysStore;
  pace: SyncPace;
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Adds the plays since the last sync to what scores are made of. Never touches the cached list: the next computation
 * takes them in. Two syncs at once count each play once. What a sync failed by is not tried again for a while, and of
 * more syncs than the user's pace allows the platform hears nothing: they bring nothing new.
 *
 * @throws what `RefreshAccess` and `WebApiSession.get` throw.
 */
export function createSyncPlays({ refreshAccess, webApi, playsStore, pace, clock }: SyncPlaysDeps) {
  async function readPlays(userId: string): Promise<StoredPlays> {
    const stored = await playsStore.read(userId);
    if (!stored) throw new PlatformNotConnected('the user has no connection');
    return stored;
  }

  async function addToStored(seen: StoredPlays, userId: string, played: readonly Play[], nowMs: number) {
    let stored = seen;
    // Each lost round is another sync that stored: there are no more of them at once than the pace allows.
    for (let round = 0; round <= SYNC_PACE.burst; round += 1) {
      const { plays, ...counts } = addPlays(stored.plays, played, nowMs);
      if (counts.newPlays === 0 || (await playsStore.save(userId, stored, plays))) return counts;
      stored = await readPlays(userId);
      requireSame(stored.connectionId, seen.connectionId);
    }
    throw new StorageUnavailable('too many syncs of one user at once', { retryAfterSeconds: 1 });
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

  return async function syncPlays(userId: string, nowMs: number, ask: AskSpotify): Promise<SyncResult> {
    const stored = await readPlays(userId);
    if (stored.retryAtMs > nowMs) throw failedBefore(stored, nowMs);
    if (!(await pace.take(userId, nowMs))) return { newPlays: 0, artistsUpdated: 0, syncedAtMs: nowMs };
    let isAsked = false;
    try {
      const counts = await ask((call) => {
        isAsked = true;
        return sync(stored, userId, nowMs, call);
      });
      return { ...counts, syncedAtMs: nowMs };
    } catch (error) {
      const pauseMs = pauseAfter(error);
      // A ban that lets nothing begin has its own end, and says when.
      if (!isAsked || pauseMs === 0) throw error;
      const failed = { retryAtMs: clock.nowMs() + pauseMs, retryCause: (error as AppError).code };
      await playsStore.postpone(userId, stored.connectionId, failed.retryAtMs, failed.retryCause);
      throw failedBefore(failed, clock.nowMs(), error);
    }
  };
}

/** How long the user's syncs do not try again, from the answer on; 0 when the next one may. */
function pauseAfter(error: unknown): number {
  if (error instanceof PlatformScopeMissing) return CONSENT_RETRY_MS;
  const isPlatform = error instanceof PlatformUnavailable || error instanceof PlatformRateLimited;
  return isPlatform ? Math.max(RETRY_MS, (error.retryAfterSeconds ?? 0) * 1000) : 0;
}

/** Tells the user to wait as long as the next syncs will not try. */
function failedBefore(
  { retryAtMs, retryCause }: Pick<StoredPlays, 'retryAtMs' | 'retryCause'>,
  nowMs: number,
  cause?: unknown,
): AppError {
  const options = { retryAfterSeconds: Math.ceil((retryAtMs - nowMs) / 1000), cause };
  switch (retryCause) {
    case 'SPOTIFY_SCOPE_MISSING':
      return new PlatformScopeMissing('the consent lacks a scope', { cause });
    case 'SPOTIFY_RATE_LIMITED':
      return new PlatformRateLimited('the platform limited a sync a moment ago', options);
    default:
      return new PlatformUnavailable('a sync failed a moment ago', options);
  }
}

/** What came by one connection is not added to another. */
function requireSame(connectionId: string, expected: string): void {
  if (connectionId !== expected) throw new PlatformNotConnected('the connection was replaced meanwhile');
}

/** All plays that Spotify knows, the latest first: page after page back in time, where one does not hold them all. */
async function readRecent(session: WebApiSession): Promise<Play[]> {
  const played: PlayReply[] = [];
  let given = 0;
  let before: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { limit: MAX_PLAYS, ...(before !== undefined && { before }) };
    const reply = await session.get('/v1/me/player/recently-played', query, RecentlyPlayedReply);
    played.push(...reply.items);
    const givenHere = reply.items.length + reply.skipped.length;
    given += givenHere;
    const isFull = reply.limit !== undefined && givenHere >= reply.limit;
    if (given >= MAX_PLAYS || !(reply.next || isFull)) break;
    if (reply.before === undefined || reply.before === before) break;
    before = reply.before;
  }
  return played.map(({ played_at, track }) => ({
    playedAtMs: Date.parse(played_at),
    artistIds: [...new Set(track.artists.map(({ id }) => id))],
  }));
}

/** How many syncs of a user call the platform. */
const SYNC_PACE: Pace = { intervalMs: 60_000, burst: 10 };

/** Of syncs at once each counts: a payment is made to the state that was read. */
const AS_READ = 'paidUntilMs = :seen';
const NOT_PAID_YET = 'attribute_not_exists(paidUntilMs)';

/** Apart from the connection, because DynamoDB charges an update by the size of the item, and plays are large. */
const syncsKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'syncs' });

export type SyncPace = ReturnType<typeof createSyncPace>;

/**
 * How often a user syncs: a number in a small item, which ends when all is paid for.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createSyncPace(deps: TableDeps) {
  const table = tableOf(deps);

  return {
    /** Takes the right to one sync; false when there were too many. */
    async take(userId: string, nowMs: number): Promise<boolean> {
      // Another sync comes in between at the most as often as there are rights.
      for (let round = 0; round <= SYNC_PACE.burst; round += 1) {
        const seen: number | undefined = (await table.get(syncsKey(userId)))?.paidUntilMs;
        const next = nextPayment(seen, SYNC_PACE, nowMs);
        if (next === 'too many') return false;
        const isPaid = await table.update(
          syncsKey(userId),
          'SET paidUntilMs = :next, expiresAt = :expiresAt',
          {
            condition: seen === undefined ? NOT_PAID_YET : AS_READ,
            values: { ':next': next, ':expiresAt': Math.ceil(next / 1000), ':seen': seen },
          },
        );
        if (isPaid) return true;
      }
      return false;
    },
  };
}
