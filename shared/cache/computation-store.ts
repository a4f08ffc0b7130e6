import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ErrorCode } from '../errors.ts';
import { send, sendConditionally } from '../storage/document-client.ts';
import type { ComputationRecord } from './attempt.ts';
import { computationKey } from './keys.ts';

/**
 * Free, or held by an instance that is dead (the lease ran out) or doomed (the list was invalidated since, so that the
 * holder's result will be refused); and no back-off runs. Both stand in one condition, so that a failure that is
 * written between our look and our leap stops us. The doomed holder is named by its token: that its fence is not ours
 * would prove nothing, ours may be the outdated one.
 */
const MAY_TAKE =
  '(attribute_not_exists(leaseToken) OR leaseUntil <= :now OR leaseToken = :doomed)' +
  ' AND (attribute_not_exists(retryAt) OR retryAt <= :now)';
/** No token is ever this. */
const NO_HOLDER = 'none';

/** A holder that lost the lease may change neither its end nor the back-off. */
const STILL_OURS = 'leaseToken = :token';

/** The record outlives every lease and back-off; DynamoDB's TTL removes it after a day without a computation. */
const RECORD_LIFE_SECONDS = 24 * 3600;
const lifeFrom = (ms: number) => Math.ceil(ms / 1000) + RECORD_LIFE_SECONDS;

export interface Lease {
  readonly userId: string;
  readonly token: string;
  /** The fence of the entry from which the holder computes. */
  readonly fence: string;
}

export type ComputationStore = ReturnType<typeof createComputationStore>;

/**
 * The small item beside a user's entry that says who computes (the lease) and when trying is allowed again (the
 * back-off). It is apart from the entry because DynamoDB charges an update by the whole size of an item: here a lease
 * costs one write unit, in the entry it would cost as much as storing the list. Mutual exclusion alone rests on it;
 * that no outdated list is ever stored rests on the fence in the entry.
 */
export function createComputationStore({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  const conditionally = (command: UpdateCommand) => sendConditionally(db, command);

  async function read(userId: string): Promise<ComputationRecord> {
    const { Item } = await send(
      db,
      new GetCommand({ TableName: table, Key: computationKey(userId), ConsistentRead: true }),
    );
    return {
      leaseToken: Item?.leaseToken,
      leaseUntilMs: Item?.leaseUntil,
      leaseFence: Item?.leaseFence,
      retryAtMs: Item?.retryAt,
      cause: Item?.cause,
      failedList: Item?.failedList,
      listFailures: Item?.listFailures,
      paidUntilMs: Item?.paidUntil,
    };
  }

  const end = ({ userId, token }: Lease, UpdateExpression: string) =>
    conditionally(
      new UpdateCommand({
        TableName: table,
        Key: computationKey(userId),
        UpdateExpression,
        ConditionExpression: STILL_OURS,
        ExpressionAttributeValues: { ':token': token },
      }),
    );

  return {
    read,

    /**
     * Takes the lease until `untilMs`, also from the holder `inPlaceOf`, which is doomed. False: another holds it, or
     * a back-off began.
     */
    async acquire(
      { userId, token, fence }: Lease,
      nowMs: number,
      untilMs: number,
      {
        inPlaceOf = NO_HOLDER,
        paidUntilMs,
      }: { inPlaceOf?: string | undefined; paidUntilMs?: number | undefined } = {},
    ): Promise<boolean> {
      const taken = await conditionally(
        new UpdateCommand({
          TableName: table,
          Key: computationKey(userId),
          UpdateExpression:
            'SET leaseToken = :token, leaseUntil = :until, leaseFence = :fence, expiresAt = :expiresAt' +
            (paidUntilMs === undefined ? '' : ', paidUntil = :paidUntil'),
          ConditionExpression: MAY_TAKE,
          ExpressionAttributeValues: {
            ':token': token,
            ':until': untilMs,
            ':fence': fence,
            ':now': nowMs,
            ':doomed': inPlaceOf,
            ...(paidUntilMs !== undefined && { ':paidUntil': paidUntilMs }),
            ':expiresAt': lifeFrom(untilMs),
          },
        }),
      );
      // The SDK may have repeated a write that had taken effect: then the refusal is our own doing.
      return taken || (await read(userId)).leaseToken === token;
    },

    /** Moves the end of our lease. False: it is no longer ours. */
    renew({ userId, token }: Lease, untilMs: number): Promise<boolean> {
      return conditionally(
        new UpdateCommand({
          TableName: table,
          Key: computationKey(userId),
          UpdateExpression: 'SET leaseUntil = :until, expiresAt = :expiresAt',
          ConditionExpression: STILL_OURS,
          ExpressionAttributeValues: { ':token': token, ':until': untilMs, ':expiresAt': lifeFrom(untilMs) },
        }),
      );
    },

    /** Hands our lease to `token`, which no other holder knows. False: it is no longer ours to hand. */
    async exchange(lease: Lease, token: string, untilMs: number): Promise<boolean> {
      const exchanged = await conditionally(
        new UpdateCommand({
          TableName: table,
          Key: computationKey(lease.userId),
          UpdateExpression: 'SET leaseToken = :next, leaseUntil = :until, expiresAt = :expiresAt',
          ConditionExpression: STILL_OURS,
          ExpressionAttributeValues: {
            ':token': lease.token,
            ':next': token,
            ':until': untilMs,
            ':expiresAt': lifeFrom(untilMs),
          },
        }),
      );
      return exchanged || (await read(lease.userId)).leaseToken === token;
    },

    /**
     * Ends our lease and remembers why: no request tries before `retryAtMs`. `list`: the optional list that failed, and how
     * often in a row.
     */
    fail(
      { userId, token }: Lease,
      cause: ErrorCode,
      retryAtMs: number,
      list: { name: string; failures: number } | undefined = undefined,
    ): Promise<boolean> {
      return conditionally(
        new UpdateCommand({
          TableName: table,
          Key: computationKey(userId),
          UpdateExpression:
            'SET retryAt = :retryAt, cause = :cause, expiresAt = :expiresAt' +
            (list ? ', failedList = :list, listFailures = :failures' : '') +
            ' REMOVE leaseToken, leaseUntil, leaseFence',
          ConditionExpression: STILL_OURS,
          ExpressionAttributeValues: {
            ':token': token,
            ':retryAt': retryAtMs,
            ':cause': cause,
            ...(list && { ':list': list.name, ':failures': list.failures }),
            ':expiresAt': lifeFrom(retryAtMs),
          },
        }),
      );
    },

    /** Ends our lease and remembers nothing. */
    release: (lease: Lease): Promise<boolean> => end(lease, 'REMOVE leaseToken, leaseUntil, leaseFence'),

    /** Ends our lease and forgets that an optional list had failed: it did not this time. */
    succeed: (lease: Lease): Promise<boolean> =>
      end(lease, 'REMOVE leaseToken, leaseUntil, leaseFence, failedList, listFailures'),

    /** Forgets lease and back-off: the user connected or disconnected, what was known of the past is void. */
    async forget(userId: string): Promise<void> {
      await send(db, new DeleteCommand({ TableName: table, Key: computationKey(userId) }));
    },
  };
}
