import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { computationKey, cooldownKey, entryKey, expiryHour } from '../../../shared/cache/keys.ts';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { ControlError } from './requests.ts';

interface CacheControlOptions {
  readonly db: DynamoDBDocumentClient;
  readonly cacheTable: string;
  readonly accountTable: string | undefined;
  readonly clock?: Clock | undefined;
}

type Item = Record<string, unknown>;
/** The attribute as it would be had it been written `seconds` earlier. */
type Shift = (value: never, seconds: number, item: Item) => unknown;

interface Target {
  readonly table: string;
  readonly key: Record<string, string>;
  /** By attribute. Without the first there is nothing to shift; others that are missing stay missing. */
  readonly shifts: Readonly<Record<string, Shift>>;
}

/** The moments that an entry holds. */
const ENTRY_SHIFTS: Target['shifts'] = {
  timestamp: earlierMs,
  cached_at: (iso: string, seconds) => new Date(Date.parse(iso) - seconds * 1000).toISOString(),
  expiresAt: (epochSeconds: number, seconds) => Math.floor(epochSeconds - seconds),
  expiryHour: (_hour: string, seconds, { userId, expiresAt }) =>
    expiryHour(String(userId), Math.floor(Number(expiresAt) - seconds)),
};

/** What waits for a moment beside the entry: the next attempt, and the one that confirms a revocation. */
const COMPUTATION_SHIFTS: Target['shifts'] = { retryAt: earlierMs };
const CONNECTION_SHIFTS: Target['shifts'] = { confirmAtMs: earlierMs };

const ATTEMPTS = 20;

/** What an instance has read of the bans it goes by for so long. */
const BANS_KNOWN_FOR_MS = 1000;

function earlierMs(epochMs: number, seconds: number): number {
  return Math.floor(epochMs - seconds * 1000);
}

/** Plays with the time of the cache, without touching the time of the machine. */
export function createCacheControl({
  db,
  cacheTable,
  accountTable,
  clock = systemClock,
}: CacheControlOptions) {
  /** False when there is nothing to shift. Repeats while other writes come in between. */
  async function shift(target: Target, seconds: number): Promise<boolean> {
    const { table, key, shifts } = target;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const reply = await db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      const item = reply.Item as Item | undefined;
      const [first = ''] = Object.keys(shifts);
      if (item?.[first] === undefined) return false;
      const names = Object.keys(shifts).filter((name) => item[name] !== undefined);
      if (await tryShift(target, item, names, seconds)) return true;
    }
    throw new ControlError(409, 'CONFLICT', `${key.pk} changes too often`);
  }

  async function tryShift(
    { table, key, shifts }: Target,
    item: Item,
    names: readonly string[],
    seconds: number,
  ): Promise<boolean> {
    const values = names.flatMap((name, index) => [
      [`:was${index}`, item[name]],
      [`:now${index}`, shifts[name]?.(item[name] as never, seconds, item)],
    ]);
    try {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: key,
          UpdateExpression: `SET ${names.map((_, index) => `#a${index} = :now${index}`).join(', ')}`,
          ConditionExpression: names.map((_, index) => `#a${index} = :was${index}`).join(' AND '),
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
          ExpressionAttributeValues: Object.fromEntries(values),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    /**
     * The user's entry, its back-off and the confirmation of a revocation become `seconds` older.
     * @throws ControlError 404 when the user has no entry
     */
    async age(user: string, seconds: number): Promise<void> {
      const entry = { table: cacheTable, key: entryKey(user), shifts: ENTRY_SHIFTS };
      if (!(await shift(entry, seconds)))
        throw new ControlError(404, 'NOT_FOUND', `there is no cached list of ${user}`);
      await shift({ table: cacheTable, key: computationKey(user), shifts: COMPUTATION_SHIFTS }, seconds);
      if (!accountTable) return;
      const key = { pk: `user:${user}`, sk: 'connection:spotify' };
      await shift({ table: accountTable, key, shifts: CONNECTION_SHIFTS }, seconds);
    },
    /** Once this is over no instance goes by a ban any more. */
    async forgetCooldown(): Promise<void> {
      await db.send(new DeleteCommand({ TableName: cacheTable, Key: cooldownKey }));
      await clock.sleep(BANS_KNOWN_FOR_MS);
    },
  };
}
