import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { PlatformRateLimited } from '../errors.ts';
import { send, sendConditionally } from '../storage/document-client.ts';
import { type Ban, type Bans, banOf, banSeconds, PROBE_MS } from './bans.ts';
import { cooldownKey } from './keys.ts';

/** Two callers may meet a 429 at once: the longer ban stands. */
const LATER_THAN_KNOWN = 'attribute_not_exists(#until) OR #until < :until';
/** One probe at a time, of the ban that its caller saw. */
const NOBODY_PROBES = '#until = :seen AND (attribute_not_exists(#probe) OR #probe <= :now)';
/** A success says something about the ban that was probed, not about one that began meanwhile. */
const SAME_BAN = '#until = :seen';

/** Quotas last a day; beyond this DynamoDB's TTL removes what is known. */
const LIFE_SECONDS = 7 * 24 * 3600;

const attributesOf = (name: string) => ({
  '#until': `${name}Until`,
  '#probe': `${name}Probe`,
  '#strikes': `${name}Strikes`,
});

export type BanStore = ReturnType<typeof createBanStore>;

/** What the platform forbids the application: one small item, read by everybody who is about to call. */
export function createBanStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  const change = (
    UpdateExpression: string,
    ConditionExpression: string,
    names: Record<string, string>,
    values: Record<string, unknown>,
  ) =>
    sendConditionally(
      db,
      new UpdateCommand({
        TableName: table,
        Key: cooldownKey,
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      }),
    );

  async function read(): Promise<Bans> {
    const { Item = {} } = await send(
      db,
      new GetCommand({ TableName: table, Key: cooldownKey, ConsistentRead: true }),
    );
    const names = Object.keys(Item).flatMap((key) =>
      key.endsWith('Until') ? [key.slice(0, -'Until'.length)] : [],
    );
    return new Map(
      names.map((name): [string, Ban] => [
        name,
        {
          untilMs: Item[`${name}Until`],
          probeUntilMs: Item[`${name}Probe`] ?? 0,
          strikes: Item[`${name}Strikes`] ?? 0,
        },
      ]),
    );
  }

  return {
    read,

    /** Begins the ban that a 429 tells of, from `nowMs`, when it was answered. Returns its seconds, 0 when it was known. */
    async start(error: PlatformRateLimited, nowMs: number): Promise<number> {
      const name = banOf(error);
      const strikes = (await read()).get(name)?.strikes ?? 0;
      const seconds = banSeconds(error.retryAfterSeconds, strikes);
      const isLonger = await change(
        'SET #until = :until, #strikes = :strikes, expiresAt = :expiresAt REMOVE #probe',
        LATER_THAN_KNOWN,
        attributesOf(name),
        {
          ':until': nowMs + seconds * 1000,
          ':strikes': strikes + 1,
          ':expiresAt': Math.ceil(nowMs / 1000) + LIFE_SECONDS,
        },
      );
      return isLonger ? seconds : 0;
    },

    /** Lets this caller find out whether the ban is over. False: somebody else does. */
    takeProbe(name: string, seen: Ban, nowMs: number): Promise<boolean> {
      const { '#until': until, '#probe': probe } = attributesOf(name);
      const names = { '#until': until, '#probe': probe };
      const values = { ':probe': nowMs + PROBE_MS, ':seen': seen.untilMs, ':now': nowMs };
      return change('SET #probe = :probe', NOBODY_PROBES, names, values);
    },

    /** The probe came to no answer: another may probe at once. */
    releaseProbe(name: string, seen: Ban): Promise<boolean> {
      const { '#until': until, '#probe': probe } = attributesOf(name);
      const names = { '#until': until, '#probe': probe };
      return change('REMOVE #probe', SAME_BAN, names, { ':seen': seen.untilMs });
    },

    /** The probe succeeded: everybody may call. */
    end(name: string, seen: Ban): Promise<boolean> {
      return change('REMOVE #until, #probe, #strikes', SAME_BAN, attributesOf(name), {
        ':seen': seen.untilMs,
      });
    },
  };
}
