import { hash } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { send, type TableDeps, tableOf } from '../storage/document-client.ts';
import { type Pacing, ROLLING_WINDOW_MS } from './bans.ts';
import { cooldownKey, EXPIRY_INDEX, expiryShards, ticketKey } from './keys.ts';

/*
 * After a ban everybody wants a list at once, and would bring about the next ban. So computations are let in at the rate
 * at which the platform had begun to refuse, and a little below: at that rate it had answered.
 */

/** Of the lists that were computed in the window before the ban. Those that met it are not among them. */
const SHARE = 0.9;
/** What is let in at the least: one computation a second. So few make no herd. */
const MIN_PER_WINDOW = 30;
/** For half an hour the rate stays, then it doubles every half hour: a ban may have had another reason than our rate. */
const STEADY_MS = 30 * 60_000;
const DOUBLING_MS = 30 * 60_000;
/** By then it is two thousand times as high, which is no bound any more. */
const PACED_MS = 6 * 3_600_000;

/** Tickets are given by the second, so that those of a window are not all taken at once. */
const SLOT_MS = 1_000;
const TICKET_LIFE_SECONDS = 3_600;
/** Everybody's tickets lie in so many items: each takes half of what a partition takes, 500 writes a second. */
const MAX_SHARDS = 16;
/** With fewer a shard would often have none. */
const TICKETS_PER_SHARD = 4;

const TICKETS_LEFT = 'attribute_not_exists(taken) OR taken < :tickets';
const NOT_MEASURED = 'pacingFrom = :from AND attribute_not_exists(pacingLists)';

/** How many computations may begin in a window at `nowMs`; undefined: as many as will. Pure. */
export function computationsPerWindow(
  { fromMs, lists = 0 }: Pacing,
  nowMs: number,
  minPerWindow = MIN_PER_WINDOW,
): number | undefined {
  const ageMs = nowMs - fromMs;
  if (ageMs >= PACED_MS) return undefined;
  return Math.max(minPerWindow, lists * SHARE) * 2 ** (Math.max(0, ageMs - STEADY_MS) / DOUBLING_MS);
}

/** The item that a user's ticket of this moment is taken from, and how many it has. Pure. */
export function ticketsOf(userId: string, perWindow: number, nowMs: number) {
  const slot = Math.floor(nowMs / SLOT_MS);
  const perSlot = (perWindow * SLOT_MS) / ROLLING_WINDOW_MS;
  const shards = Math.min(MAX_SHARDS, Math.max(1, Math.floor(perSlot / TICKETS_PER_SHARD)));
  const shard = hash('sha256', `${slot} ${userId}`, 'buffer').readUInt32BE() % shards;
  // What is less than a whole ticket is given in a later slot.
  const givenUntil = (end: number) => Math.floor((end * perSlot) / shards);
  return { key: ticketKey(slot, shard), tickets: givenUntil(slot + 1) - givenUntil(slot) };
}

/** `userId` wants to begin a computation now, after a ban. */
export type Admit = (userId: string, pacing: Pacing, nowMs: number) => Promise<boolean>;

interface AdmitDeps extends TableDeps {
  keepMs: number;
  minPerWindow?: number | undefined;
}

/**
 * Lets computations begin at the pace of what the platform took before its last ban.
 *
 * @throws StorageUnavailable
 */
export function createAdmit(deps: AdmitDeps): Admit {
  const { db, table, keepMs, minPerWindow } = deps;
  const store = tableOf(deps);

  return async function admit(userId, pacing, nowMs) {
    const lists = pacing.lists ?? (await measure(pacing));
    const perWindow = computationsPerWindow({ ...pacing, lists }, nowMs, minPerWindow);
    if (perWindow === undefined) return true;
    const { key, tickets } = ticketsOf(userId, perWindow, nowMs);
    if (tickets === 0) return false;
    return store.update(key, 'ADD taken :one SET expiresAt = :expiresAt', {
      condition: TICKETS_LEFT,
      values: {
        ':one': 1,
        ':tickets': tickets,
        ':expiresAt': Math.ceil(nowMs / 1000) + TICKET_LIFE_SECONDS,
      },
    });
  };

  /** Counts, once for everybody, the lists that were begun in the window before the ban and came to their end. */
  async function measure({ fromMs, banSinceMs }: Pacing): Promise<number> {
    const last = Math.ceil((banSinceMs + keepMs) / 1000);
    const first = last - ROLLING_WINDOW_MS / 1000 + 1;
    const partitions = new Set([...expiryShards(first), ...expiryShards(last)]);
    const counts = await Promise.all([...partitions].map((partition) => countIn(partition, first, last)));
    const lists = counts.reduce((sum, count) => sum + count, 0);
    const values = { ':lists': lists, ':from': fromMs };
    await store.update(cooldownKey, 'SET pacingLists = :lists', { condition: NOT_MEASURED, values });
    return lists;
  }

  async function countIn(partition: string, first: number, last: number): Promise<number> {
    const { Count = 0 } = await send(
      db,
      new QueryCommand({
        TableName: table,
        IndexName: EXPIRY_INDEX,
        Select: 'COUNT',
        KeyConditionExpression: 'expiryHour = :partition AND expiresAt BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':partition': partition, ':first': first, ':last': last },
      }),
    );
    return Count;
  }
}
