import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Windows } from '../../shared/cache/entry.ts';
import { type AwsCall, keyOf } from '../support/aws-fates.ts';
import type { Chronicle } from './chronicle.ts';
import { type EntryState, isUsable, judgeEntryChange } from './judge-entry.ts';
import { judgeLeaseChange, type LeaseState } from './judge-lease.ts';
import { userOf } from './storage-weather.ts';

interface WatchedUser {
  entry: EntryState | undefined;
  lease: LeaseState;
  /** When toggles brought about computations, since a connection began or ended last. */
  byToggleMs: number[];
  /** Since when there has been a usable copy all the time. */
  usableSinceMs: number;
  /** When tokens were stored last. */
  tokensStoredAtMs: number;
}

/** A ban as it was stored: of all calls, or of the bucket that it is named after. */
export interface KnownBan {
  readonly name: string;
  readonly storedAtMs: number;
  readonly untilMs: number;
}

interface WatchOptions {
  readonly chronicle: Chronicle;
  readonly windows: Windows;
  /** Whether a command that may delete the user's list is under way, or ended in doubt. */
  mayForget(user: string, atMs: number): boolean;
}

const READS = new Set(['GetItem', 'Query']);
const connect = (endpoint: string) =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' },
    }),
  );

const newUser = (): WatchedUser => ({
  entry: undefined,
  lease: {},
  byToggleMs: [],
  usableSinceMs: Number.POSITIVE_INFINITY,
  tokensStoredAtMs: 0,
});

/** Looks at an item after every write to it, and judges what has become of it. */
export function createStoreWatch({ chronicle, windows, mayForget }: WatchOptions) {
  const users = new Map<string, WatchedUser>();
  const bans: KnownBan[] = [];
  let db: DynamoDBDocumentClient | undefined;

  function watched(user: string): WatchedUser {
    const known = users.get(user) ?? newUser();
    users.set(user, known);
    return known;
  }

  async function read({ input }: AwsCall): Promise<Record<string, unknown> | undefined> {
    const { pk, sk } = input.Key ?? input.Item;
    const Key = { pk: pk.S, ...(sk ? { sk: sk.S } : {}) };
    const command = new GetCommand({ TableName: input.TableName, Key, ConsistentRead: true });
    return (await db?.send(command))?.Item;
  }

  async function onWrite(call: AwsCall, key: string): Promise<void> {
    const atMs = Date.now();
    if (key === 'cooldown:spotify') {
      for (const [attribute, until] of Object.entries((await read(call)) ?? {})) {
        const [, name] = /^(.+)Until$/.exec(attribute) ?? [];
        const untilMs = Number(until);
        if (name === undefined || untilMs <= atMs) continue;
        if (bans.some((ban) => ban.name === name && ban.untilMs === untilMs)) continue;
        bans.push({ name, storedAtMs: atMs, untilMs });
        chronicle.tell(undefined, `Spotify is not to be asked for ${untilMs - atMs} ms: ${name}`);
      }
      return;
    }
    const user = userOf(key);
    if (user === undefined) return;
    const known = watched(user);
    const [kind] = key.split(':');
    const change = { user, caller: call.caller, atMs, chronicle, windows };
    if (kind === 'user_artists') {
      const now = entryOf(await read(call));
      judgeEntryChange({ ...change, before: known.entry, now, mayForget: mayForget(user, atMs) });
      if (!isUsable(known.entry, atMs, windows)) known.usableSinceMs = atMs;
      known.entry = now;
    }
    if (kind === 'computation') {
      const now = ((await read(call)) ?? {}) as LeaseState;
      if (call.operation === 'DeleteItem') known.byToggleMs = [];
      const { lease: before, entry, byToggleMs } = known;
      judgeLeaseChange({ ...change, before, now, entry, byToggleMs });
      known.lease = now;
    }
    if (call.input.ExpressionAttributeValues?.[':tokens']) known.tokensStoredAtMs = atMs;
  }

  return {
    open: (endpoint: string) => {
      db = connect(endpoint);
    },
    close: () => db?.destroy(),
    onEffect: async (call: AwsCall): Promise<void> => {
      if (!call.service.startsWith('DynamoDB') || READS.has(call.operation)) return;
      await onWrite(call, keyOf(call));
    },
    /** Whether a copy that might have been served was there all that time. */
    hadUsableCopy(user: string, fromMs: number, untilMs: number): boolean {
      const { entry, usableSinceMs } = watched(user);
      return usableSinceMs <= fromMs && isUsable(entry, untilMs, windows);
    },
    /** Whether it is remembered that storage failed the user's last computation, so that another was not tried yet. */
    remembersFailure(user: string, fromMs: number): boolean {
      const { cause, retryAt = 0 } = watched(user).lease;
      return cause === 'STORAGE_UNAVAILABLE' && retryAt >= fromMs;
    },
    tokensStoredAtMs: (user: string): number => watched(user).tokensStoredAtMs,
    bans: bans as readonly KnownBan[],
  };
}

function entryOf(item: Record<string, unknown> | undefined): EntryState | undefined {
  if (!item) return undefined;
  const { fence, generation, timestamp, isStale, expiresAt, userId } = item;
  const state = { fence, generation, timestampMs: timestamp, isStale, expiresAt, userId };
  return state as unknown as EntryState;
}
