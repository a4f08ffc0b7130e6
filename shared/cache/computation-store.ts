import type { ErrorCode, OptionalList } from '../errors.ts';
import { type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import { computationKey } from './keys.ts';

/**
 * Free, or held by an instance that is dead (the lease ran out) or superseded (the list was invalidated since, so
 * that the holder's result will be refused); and no back-off runs. Both stand in one condition, so that a failure that is
 * written between our look and our lease stops us. A superseded holder is named by its token: that its fence is not ours
 * would prove nothing, ours may be the outdated one.
 */
const MAY_TAKE =
  '(attribute_not_exists(leaseToken) OR leaseUntil <= :now OR leaseToken = :superseded)' +
  ' AND (attribute_not_exists(retryAt) OR retryAt <= :now)';
/** No token is ever this. */
const NO_HOLDER = 'none';

/** A holder that lost the lease may change neither its end nor the back-off. */
const STILL_OURS = 'leaseToken = :token';

/** The record outlives every lease and back-off; DynamoDB's TTL removes it after a day without a computation. */
const RECORD_LIFE_SECONDS = 24 * 3600;
const lifeFrom = (ms: number) => Math.ceil(ms / 1000) + RECORD_LIFE_SECONDS;

/** A holder that dies is replaced after this long; one that lives renews in time. */
export const LEASE_MS = 8_000;

/**
 * An optional list that failed so often in a row is left out, where there is nothing else to show. If it goes on failing
 * it is tried less and less often.
 */
export const LIST_FAILURES = 3;

/** What the store remembers of a user's computations; times in epoch milliseconds. */
export interface ComputationRecord {
  /** Random, one a holder. Absent: none computes. */
  leaseToken?: string | undefined;
  leaseUntilMs?: number | undefined;
  /** The fence that the holder saw: a computation from an older fence can no longer land. */
  leaseFence?: string | undefined;
  /** No request tries again before this. */
  retryAtMs?: number | undefined;
  /** Why the last try failed. */
  cause?: ErrorCode | undefined;
  /** The optional list by which the last tries failed, and how many of them in a row. */
  failedList?: OptionalList | undefined;
  listFailures?: number | undefined;
  /** When the computations that toggles brought about are all paid for. */
  paidUntilMs?: number | undefined;
}

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
export function createComputationStore(deps: TableDeps) {
  const table = tableOf(deps);

  async function read(userId: string): Promise<ComputationRecord> {
    const item = await table.get(computationKey(userId));
    return {
      leaseToken: item?.leaseToken,
      leaseUntilMs: item?.leaseUntil,
      leaseFence: item?.leaseFence,
      retryAtMs: item?.retryAt,
      cause: item?.cause,
      failedList: item?.failedList,
      listFailures: item?.listFailures,
      paidUntilMs: item?.paidUntil,
    };
  }

  /** A change that only the holder of the lease may make. False: it is no longer ours. */
  const changeOurs = ({ userId, token }: Lease, expression: string, values: Item = {}) =>
    table.update(computationKey(userId), expression, {
      condition: STILL_OURS,
      values: { ...values, ':token': token },
    });

  return {
    read,

    /**
     * Takes the lease until `untilMs`, also from the holder `inPlaceOf`, which is superseded. False: another holds it, or
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
      const taken = await table.update(
        computationKey(userId),
        'SET leaseToken = :token, leaseUntil = :until, leaseFence = :fence, expiresAt = :expiresAt' +
          (paidUntilMs === undefined ? '' : ', paidUntil = :paidUntil'),
        {
          condition: MAY_TAKE,
          values: {
            ':token': token,
            ':until': untilMs,
            ':fence': fence,
            ':now': nowMs,
            ':superseded': inPlaceOf,
            ':paidUntil': paidUntilMs,
            ':expiresAt': lifeFrom(untilMs),
          },
        },
      );
      // The SDK may have repeated a write that had taken effect: then the refusal is our own doing.
      return taken || (await read(userId)).leaseToken === token;
    },

    /** Moves the end of our lease. False: it is no longer ours. */
    renew: (lease: Lease, untilMs: number): Promise<boolean> =>
      changeOurs(lease, 'SET leaseUntil = :until, expiresAt = :expiresAt', {
        ':until': untilMs,
        ':expiresAt': lifeFrom(untilMs),
      }),

    /** Hands our lease to `token`, which no other holder knows. False: it is no longer ours to hand. */
    async exchange(lease: Lease, token: string, untilMs: number): Promise<boolean> {
      const exchanged = await changeOurs(
        lease,
        'SET leaseToken = :next, leaseUntil = :until, expiresAt = :expiresAt',
        { ':next': token, ':until': untilMs, ':expiresAt': lifeFrom(untilMs) },
      );
      return exchanged || (await read(lease.userId)).leaseToken === token;
    },

    /**
     * Ends our lease and remembers why: no request tries before `retryAtMs`. `list`: the optional list that failed, and
     * how often in a row.
     */
    fail: (
      lease: Lease,
      cause: ErrorCode,
      retryAtMs: number,
      list?: { name: string; failures: number },
    ): Promise<boolean> =>
      changeOurs(
        lease,
        'SET retryAt = :retryAt, cause = :cause, expiresAt = :expiresAt' +
          (list ? ', failedList = :list, listFailures = :failures' : '') +
          ' REMOVE leaseToken, leaseUntil, leaseFence',
        {
          ':retryAt': retryAtMs,
          ':cause': cause,
          ':list': list?.name,
          ':failures': list?.failures,
          ':expiresAt': lifeFrom(retryAtMs),
        },
      ),

    /** Ends our lease and remembers nothing. */
    release: (lease: Lease): Promise<boolean> =>
      changeOurs(lease, 'REMOVE leaseToken, leaseUntil, leaseFence'),

    /** Ends our lease and forgets that an optional list had failed: it did not this time. */
    succeed: (lease: Lease): Promise<boolean> =>
      changeOurs(lease, 'REMOVE leaseToken, leaseUntil, leaseFence, failedList, listFailures'),

    /** Forgets lease and back-off: the user connected or disconnected, what was known of the past is void. */
    forget: (userId: string): Promise<unknown> => table.delete(computationKey(userId)),
  };
}
