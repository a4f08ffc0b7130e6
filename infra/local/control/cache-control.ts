import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ControlError } from './requests.ts';

interface CacheControlOptions {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
}

type Item = Record<string, unknown>;
/** The attribute as it would be had it been written `seconds` earlier. */
type Shift = (value: never, seconds: number, item: Item) => unknown;

/** The moments that an entry holds, by attribute. */
const ENTRY_SHIFTS: Readonly<Record<string, Shift>> = {
  timestamp: earlierMs,
  cached_at: (iso: string, seconds) => new Date(Date.parse(iso) - seconds * 1000).toISOString(),
  expiresAt: (epochSeconds: number, seconds) => Math.floor(epochSeconds - seconds),
  expiryHour: (_hour: string, seconds, item) => hourOf(Number(item.expiresAt) - seconds),
};

/** The moments of its back-off. */
const COMPUTATION_SHIFTS: Readonly<Record<string, Shift>> = { retryAt: earlierMs, confirmAt: earlierMs };

const COOLDOWN_KEY = 'cooldown:spotify';
const ATTEMPTS = 20;

function earlierMs(epochMs: number, seconds: number): number {
  return Math.floor(epochMs - seconds * 1000);
}

/** The partition of the index of expiries, such as `2026-11-22T16`, UTC. */
function hourOf(epochSeconds: number): string {
  return new Date(Math.floor(epochSeconds) * 1000).toISOString().slice(0, 13);
}

/** Plays with the time of the cache, without touching the time of the machine. */
export function createCacheControl({ db, table }: CacheControlOptions) {
  /** False when there is nothing to shift. Repeats while somebody else writes at the same time. */
  async function shift(
    pk: string,
    shifts: Readonly<Record<string, Shift>>,
    seconds: number,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const reply = await db.send(new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }));
      const item = reply.Item as Item | undefined;
      const names = Object.keys(shifts).filter((name) => item?.[name] !== undefined);
      if (!item || names.length === 0) return false;
      if (await tryShift(pk, item, names, shifts, seconds)) return true;
    }
    throw new ControlError(409, 'CONFLICT', `${pk} changes too often`);
  }

  async function tryShift(
    pk: string,
    item: Item,
    names: readonly string[],
    shifts: Readonly<Record<string, Shift>>,
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
          Key: { pk },
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
    /** @throws ControlError 404 when the user has no entry */
    async age(user: string, seconds: number): Promise<void> {
      const pk = `user_artists:${user}`;
      if (!(await shift(pk, ENTRY_SHIFTS, seconds))) {
        throw new ControlError(404, 'NOT_FOUND', `there is no cached list of ${user}`);
      }
      await shift(`${pk}#computation`, COMPUTATION_SHIFTS, seconds);
    },
    async forgetCooldown(): Promise<void> {
      await db.send(new DeleteCommand({ TableName: table, Key: { pk: COOLDOWN_KEY } }));
    },
  };
}
