import { hash, randomBytes } from 'node:crypto';
import { InvalidState, PlatformUnavailable, StorageUnavailable } from '../errors.ts';
import { type Condition, type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import { connectionKey, grantKey } from './connection.ts';

/** As long as Spotify's authorization codes live. */
const STATE_LIFE_MS = 10 * 60_000;
/** Longer than a function may run that completes: its attempt is then over, however it ended. */
const CLAIM_MS = 30_000;
/** The open states of a user. One more takes the place of the oldest. */
const SLOTS = 5;
const MAX_ROUNDS = 5;

/** What a code was exchanged for, until the rest of the connection has succeeded too. */
export interface Exchanged {
  /** Only the request that was answered with our error may go on, not one with another code. */
  codeHash: string;
  /** By the data key of its state. */
  sealed: Uint8Array;
}

interface Slot {
  hash: string;
  seq: number;
  verifier: string;
  expiresAtMs: number;
  failures?: number;
  dataKey?: Uint8Array;
  claim?: string;
  /** When the consent was given that was stored by it. */
  connectedAtMs?: number;
}

export interface BegunConnection {
  /** 256 random bits; only its hash is stored, so that a reader of the table cannot complete a connection. */
  state: string;
  expiresAtMs: number;
}

/** The right to complete a connection by a state; nothing else may while it stands. */
export interface ClaimedState {
  userId: string;
  /** The attribute that holds the state. */
  slot: string;
  seq: number;
  claim: string;
  verifier: string;
  expiresAtMs: number;
  /** Sealed by KMS; the same for all attempts. Whatever is sealed by it cannot be opened once the state is gone. */
  dataKey: Uint8Array;
  /** Attempts that the platform failed. */
  failures: number;
  /** The connection is stored; only what comes after that is left to do. */
  connectedAtMs: number | undefined;
}

const slotOf = (seq: number) => `oauthState${seq % SLOTS}`;
const SLOT_NAMES = Array.from({ length: SLOTS }, (_, i) => slotOf(i));
const hashOf = (text: string) => hash('sha256', text, 'base64url');

/**
 * A state is written once: not in the place of a newer one, not after it was used, and not after a disconnection, which
 * begins the counting anew. The SDK may repeat the write at any time.
 */
const NEWEST_OF_ITS_SLOT = 'oauthStatesSince <= :seq AND (attribute_not_exists(#slot) OR #slot.seq < :seq)';

/** One attempt at a time, in time: DynamoDB's TTL comes days late, so the time is part of the condition. */
const UNCLAIMED_AND_IN_TIME =
  '#slot.#hash = :hash AND #slot.expiresAtMs > :now AND (attribute_not_exists(#slot.claimedUntilMs) OR #slot.claimedUntilMs <= :now)';

/** Disconnecting deletes the claim with everything else: what began before it changes nothing any more. */
const STILL_CLAIMED = '#slot.claim = :claim';

/** A late duplicate does not take the place of what a later state of the slot was exchanged for. */
const NEWEST_GRANT_OF_ITS_SLOT = 'attribute_not_exists(#slot) OR #slot.seq <= :seq';

const SOMETHING_KEPT = 'attribute_exists(expiresAt)';

const GIVE_BACK = 'REMOVE #slot.claim, #slot.claimedUntilMs';

type Slots = { [slot: string]: Slot | undefined } & { connectRetryAtMs?: never };

/** @throws PlatformUnavailable while connecting is in its back-off, which the first repetition of a request is not. */
function requireTurn({ connectRetryAtMs, ...slots }: Slots, slot: string, nowMs: number): void {
  const waitMs = Number(connectRetryAtMs ?? 0) - nowMs;
  if (waitMs <= 0 || slots[slot]?.failures === 1) return;
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  throw new PlatformUnavailable('connecting failed a moment ago', { retryAfterSeconds });
}

/** What the write of a connection must hold to, and what it notes down beside the state. */
export const completing = ({ slot, claim }: ClaimedState, connectedAtMs: number) => ({
  condition: STILL_CLAIMED,
  note: '#slot.connectedAtMs = :connectedAtMs',
  names: { '#slot': slot },
  values: { ':claim': claim, ':connectedAtMs': connectedAtMs },
});

export type OAuthStateStore = ReturnType<typeof createOAuthStateStore>;

/**
 * The OAuth states of connections that were begun, each with its PKCE verifier. They stand in the item of the user's
 * connection, so that completing is one conditional write, and disconnecting ends them by deleting that item.
 *
 * A state is claimed by each attempt to complete, and used up by the one that succeeds or is refused for good. An attempt
 * that failed by our doing or Spotify's gives the claim back, and the same request goes on from there. What its code was
 * exchanged for stands in an item of its own, which DynamoDB deletes after the ten minutes of the state, and which only
 * the data key in the state opens.
 */
export function createOAuthStateStore(deps: TableDeps) {
  const table = tableOf(deps);
  const change = (userId: string, expression: string, given: Condition): Promise<boolean> =>
    table.update(connectionKey(userId), expression, given);

  /** The number of a new state; undefined when the connection came or went meanwhile. */
  async function nextNumber(userId: string, nowMs: number): Promise<number | undefined> {
    const key = connectionKey(userId);
    const count =
      'SET oauthStatesBegun = if_not_exists(oauthStatesBegun, :base) + :one, oauthStatesSince = if_not_exists(oauthStatesSince, :base)';
    const values = { ':base': nowMs, ':one': 1 };
    // An item that holds nothing but states ends with the last of them.
    const begun =
      (await table.updated(key, `${count}, expiresAt = :expiresAt`, {
        condition: 'attribute_not_exists(connectionId)',
        values: { ...values, ':expiresAt': Math.ceil((nowMs + STATE_LIFE_MS) / 1000) },
      })) ?? (await table.updated(key, count, { condition: 'attribute_exists(connectionId)', values }));
    return begun?.oauthStatesBegun;
  }

  async function readSlots(userId: string): Promise<Slots> {
    const ProjectionExpression = [...SLOT_NAMES, 'connectRetryAtMs'].join(', ');
    return ((await table.get(connectionKey(userId), { ProjectionExpression })) ?? {}) as Slots;
  }

  /** A change that only the holder of the claim may make; false when it is no longer that. */
  const changeClaimed = ({ userId, slot, claim }: ClaimedState, expression: string, values: Item = {}) =>
    change(userId, expression, {
      condition: STILL_CLAIMED,
      names: { '#slot': slot },
      values: { ...values, ':claim': claim },
    });

  return {
    /** Remembers that the user began a connection; for 10 minutes. */
    async begin(userId: string, verifier: string, nowMs: number): Promise<BegunConnection> {
      const expiresAtMs = nowMs + STATE_LIFE_MS;
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const seq = await nextNumber(userId, nowMs);
        if (seq === undefined) continue;
        // Another one each time: a refusal may come from a repetition of a write that had taken effect.
        const state = randomBytes(32).toString('base64url');
        const slot: Slot = { hash: hashOf(state), seq, verifier, expiresAtMs };
        const isStored = await change(userId, 'SET #slot = :slot', {
          condition: NEWEST_OF_ITS_SLOT,
          names: { '#slot': slotOf(seq) },
          values: { ':slot': slot, ':seq': seq },
        });
        if (isStored) return { state, expiresAtMs };
      }
      throw new StorageUnavailable('too many connections of one user begun at once', {
        retryAfterSeconds: 1,
      });
    },

    /**
     * Takes the right to complete the connection that was begun with the state. `newDataKey` is asked for a sealed key
     * when there is none yet.
     *
     * @throws InvalidState when it is unknown, expired, used before, being used, or another user's; PlatformUnavailable
     * while the user's connecting is in its back-off, which the first repetition of a request that failed is not.
     */
    async claim(
      userId: string,
      state: string,
      nowMs: number,
      newDataKey: () => Promise<Uint8Array>,
    ): Promise<ClaimedState> {
      const before = await readSlots(userId);
      const hashed = hashOf(state);
      const slot = SLOT_NAMES.find((name) => before[name]?.hash === hashed);
      if (!slot) throw new InvalidState('the state cannot be used');
      requireTurn(before, slot, nowMs);
      const claim = randomBytes(12).toString('base64url');
      const claimedNow = await table.updated(
        connectionKey(userId),
        'SET #slot.claim = :claim, #slot.claimedUntilMs = :until, #slot.dataKey = if_not_exists(#slot.dataKey, :dataKey)',
        {
          condition: UNCLAIMED_AND_IN_TIME,
          names: { '#slot': slot, '#hash': 'hash' },
          values: {
            ':hash': hashed,
            ':now': nowMs,
            ':claim': claim,
            ':until': nowMs + CLAIM_MS,
            ':dataKey': before[slot]?.dataKey ?? (await newDataKey()),
          },
        },
      );
      // Another attempt may have got further between our look and our claim; and a claim that was refused may be our own.
      const now = (claimedNow as Slots | undefined) ?? (await readSlots(userId));
      const open = now[slot];
      if (open?.claim !== claim || !open.dataKey) throw new InvalidState('the state cannot be used');
      const claimed: ClaimedState = {
        userId,
        slot,
        seq: open.seq,
        claim,
        verifier: open.verifier,
        expiresAtMs: open.expiresAtMs,
        dataKey: open.dataKey,
        failures: open.failures ?? 0,
        connectedAtMs: open.connectedAtMs,
      };
      try {
        requireTurn(now, slot, nowMs);
      } catch (error) {
        await changeClaimed(claimed, GIVE_BACK);
        throw error;
      }
      return claimed;
    },

    /** Keeps what the code was exchanged for. */
    keep: ({ userId, slot, seq, expiresAtMs }: ClaimedState, exchanged: Exchanged): Promise<boolean> =>
      table.update(grantKey(userId), 'SET #slot = :grant, expiresAt = :expiresAt', {
        condition: NEWEST_GRANT_OF_ITS_SLOT,
        names: { '#slot': slot },
        values: { ':grant': { ...exchanged, seq }, ':seq': seq, ':expiresAt': Math.ceil(expiresAtMs / 1000) },
      }),

    /** What an attempt before this one kept. */
    async kept({ userId, slot, seq }: ClaimedState): Promise<Exchanged | undefined> {
      const grant = (await table.get(grantKey(userId)))?.[slot];
      return grant?.seq === seq ? grant : undefined;
    },

    /** Of all states of the user: a connection was completed, and what others left is pointless. */
    forgetKept: (userId: string): Promise<boolean> =>
      table.update(grantKey(userId), `REMOVE ${SLOT_NAMES.join(', ')}`, { condition: SOMETHING_KEPT }),

    /** Gives the claim back after a failure that the same request may mend. */
    release: (by: ClaimedState): Promise<boolean> => changeClaimed(by, GIVE_BACK),

    /** As `release`, and the user connects no more before `retryAtMs`, save the first repetition of this request. */
    postpone: (by: ClaimedState, retryAtMs: number): Promise<boolean> =>
      changeClaimed(
        by,
        'SET connectRetryAtMs = :retryAtMs, #slot.failures = if_not_exists(#slot.failures, :none) + :one ' +
          GIVE_BACK,
        { ':retryAtMs': retryAtMs, ':none': 0, ':one': 1 },
      ),

    /** Uses the state up: all is done, or it was refused for good. */
    end: (by: ClaimedState): Promise<boolean> =>
      // Its number stays, so that a late duplicate of its beginning is refused.
      changeClaimed(by, 'SET #slot = :used', { ':used': { seq: by.seq } }),
  };
}
