import type { Clock } from '../clock.ts';
import { StorageUnavailable } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { TokenKey } from './token-vault.ts';

/** The first try and two more, beyond those of the SDK: a token that is not stored may be the only one that works. */
const WAITS_BEFORE_TRIES_MS = [0, 100, 400];
/** Beside the computation that uses it meanwhile: an outage of some seconds must not end a consent. */
const WAITS_BETWEEN_TRIES_MS = [250, 500, 1_000, 2_000, 4_000];
const MAX_ROUNDS = 8;
/** Each is about 200 bytes; so many refreshes at once that each got a token of its own have not been seen. */
const MAX_TOKENS = 16;

/** A connection with its tokens in the clear: for the memory of one computation, changed as Spotify gives new ones. */
export interface HeldTokens {
  connection: Connection;
  readonly key: TokenKey;
  /** The one to try first in front. */
  tokens: string[];
  /** `tokens` holds one that is stored nowhere. */
  unsaved: boolean;
}

/** What a refresh showed. */
interface Refreshed {
  used: string;
  /** What Spotify gave in its place, if anything: usually the one that was used goes on. */
  received: string | undefined;
  /** What Spotify called revoked before. */
  refused: ReadonlySet<string>;
}

/** Keeps what Spotify gives. No call of KMS stands between receiving a token and storing it. */
export function createTokenKeeper({ connections, clock }: { connections: ConnectionStore; clock: Clock }) {
  /**
   * After a refresh that worked: stores what it changed. False when the connection ended or was replaced meanwhile,
   * so that nothing may be done with the token. Storage that does not answer leaves the token in memory, `unsaved`.
   */
  async function keep(held: HeldTokens, { used, received, refused }: Refreshed): Promise<boolean> {
    const current = received ?? used;
    const others = held.tokens.filter((token) => token !== used && token !== current && !refused.has(token));
    const tokens = [current, ...others];
    const changed =
      tokens.length !== held.tokens.length || tokens.some((token, i) => token !== held.tokens[i]);
    held.tokens = tokens;
    held.unsaved ||= received !== undefined && received !== used;
    if (!changed && !held.unsaved && held.connection.status === 'connected') return true;
    const dead = new Set([...refused, ...(current === used ? [] : [used])]);
    return (await storeWithin(WAITS_BEFORE_TRIES_MS, held, dead)) ?? true;
  }

  /** As `store`; undefined when storage did not answer any of the tries. */
  async function storeWithin(
    waitsMs: readonly number[],
    held: HeldTokens,
    dead: ReadonlySet<string>,
  ): Promise<boolean | undefined> {
    for (const waitMs of waitsMs) {
      if (waitMs > 0) await clock.sleep(waitMs);
      try {
        return await store(held, dead);
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
      }
    }
    return undefined;
  }

  /** False when the connection is no longer the one that we hold. */
  async function store(held: HeldTokens, dead: ReadonlySet<string>): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const sealed = held.tokens.slice(0, MAX_TOKENS).map(held.key.seal);
      const stored = await connections.keepTokens(held.connection, held.key.sealed, sealed);
      if (stored) {
        Object.assign(held, { connection: stored, unsaved: false });
        return true;
      }
      const latest = await connections.read(held.connection.userId);
      if (latest?.connectionId !== held.connection.connectionId) return false;
      merge(held, latest, dead);
      // Another refresh has found the consent alive, and we have nothing to add.
      if (!held.unsaved && latest.status === 'connected') return true;
    }
    return true;
  }

  /** Another refresh was given a token too. Which of the two lives on only a later refresh can tell: both are kept. */
  function merge(held: HeldTokens, latest: Connection, dead: ReadonlySet<string>): void {
    const stored = latest.refreshTokens.map(held.key.open);
    const [ours] = held.tokens;
    const alive = stored.filter((token) => !dead.has(token));
    if (ours !== undefined && !alive.includes(ours)) {
      // A new one goes first; one that just worked, though another refresh replaced it, is the last resort.
      if (held.unsaved) alive.unshift(ours);
      else alive.push(ours);
    }
    held.tokens = alive;
    held.unsaved &&= ours !== undefined && !stored.includes(ours);
    held.connection = latest;
  }

  return {
    keep,

    /** The held tokens as the store has them now, with what could not be stored in front. */
    refreshed(held: HeldTokens, latest: Connection): HeldTokens {
      merge(held, latest, new Set());
      return held;
    },

    /** Tries for some seconds to store what could not be stored. Storage that still does not answer is not told. */
    async settle(held: HeldTokens): Promise<void> {
      if (held.unsaved) await storeWithin(WAITS_BETWEEN_TRIES_MS, held, new Set());
    },

    /** As `settle`, by one try. */
    async saveOnce(held: HeldTokens): Promise<void> {
      if (held.unsaved) await storeWithin([0], held, new Set());
    },
  };
}
