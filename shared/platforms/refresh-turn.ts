import type { Clock } from '../clock.ts';
import { StorageUnavailable } from '../errors.ts';
import type { ConnectionStore } from './connection-store.ts';

/** A refresh takes no longer: the call itself 5 s, then storing what it gave. A holder that died is replaced after it. */
const TURN_MS = 10_000;
/** Later in a turn a call could outlast it. */
const BEGIN_WITHIN_MS = 4_000;
const WAIT_FOR_TURN_MS = 100;
/** Twice as long as a turn lasts. */
const MAX_WAITS = 200;
/** Longer than a function tries to store a token that it was given, or is frozen between two requests that come often. */
const DOUBT_MS = 60_000;

/** The right to refresh a user's token, until it is ended or runs out. */
export interface Turn {
  userId: string;
  holder: string;
  beganAtMs: number;
  /**
   * When the turn before this one ran out without being ended, 0 when it was ended. Its holder may have used the token
   * up, and hold the successor in memory alone.
   */
  abandonedAtMs: number;
}

export interface TurnDeps {
  connections: ConnectionStore;
  clock: Clock;
}

const busy = (message: string) => new StorageUnavailable(message, { retryAfterSeconds: 1 });

/** The turns in which a user's token is refreshed: one at a time, over all instances. */
export function createRefreshTurns({ connections, clock }: TurnDeps) {
  const takeOnce = (userId: string, holder: string, nowMs: number) =>
    connections.takeRefresh(userId, holder, nowMs, nowMs + TURN_MS);

  function requireTime({ beganAtMs }: Turn): void {
    if (clock.nowMs() - beganAtMs > BEGIN_WITHIN_MS) throw busy('a refresh could not begin in its turn');
  }

  return {
    /**
     * Waits until no other than `holder` refreshes for the user.
     *
     * @throws StorageUnavailable when the others do not end, or the signal's reason.
     */
    async take(userId: string, holder: string, signal: AbortSignal): Promise<Turn> {
      for (let waits = 0; waits < MAX_WAITS; waits += 1) {
        signal.throwIfAborted();
        const nowMs = clock.nowMs();
        const before = await takeOnce(userId, holder, nowMs);
        if (before) {
          // One that still runs is our own.
          const abandonedAtMs = before.untilMs <= nowMs ? before.untilMs : 0;
          return { userId, holder, beganAtMs: nowMs, abandonedAtMs };
        }
        await clock.sleep(WAIT_FOR_TURN_MS, signal);
      }
      throw busy('another refresh of the user does not end');
    },

    /** A turn in which time has passed begins anew. @throws StorageUnavailable when it went to another. */
    async prolong(turn: Turn): Promise<void> {
      const nowMs = clock.nowMs();
      if (nowMs - turn.beganAtMs <= BEGIN_WITHIN_MS / 2) return;
      if (!(await takeOnce(turn.userId, turn.holder, nowMs))) throw busy('a turn to refresh ran out');
      turn.beganAtMs = nowMs;
    },

    /** @throws StorageUnavailable when it is too late in a turn to call Spotify. */
    requireTime,

    /** Whether a refusal may be due to a token that the turn before got, and that is not stored yet. */
    isInDoubt: ({ abandonedAtMs }: Turn): boolean =>
      abandonedAtMs > 0 && clock.nowMs() < abandonedAtMs + DOUBT_MS,

    /** Lets the next one refresh; where doubt remains, it goes on to that one. Storage that fails lets it run out. */
    async end({ userId, holder, abandonedAtMs }: Turn): Promise<void> {
      try {
        await connections.endRefresh(userId, holder, abandonedAtMs);
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
      }
    },
  };
}
