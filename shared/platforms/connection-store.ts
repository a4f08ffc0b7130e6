import { randomBytes } from 'node:crypto';
import { type Condition, type Item, type TableDeps, tableOf } from '../storage/document-client.ts';
import {
  CONNECTION_PROJECTION,
  type Connection,
  connectionKey,
  grantKey,
  parseConnection,
  reauthorizeByMs,
  refreshKey,
} from './connection.ts';
import { type ClaimedState, completing } from './oauth-state-store.ts';

/**
 * Tokens and status change only from the very state that the writer read. A disconnected user has no connectionId, a
 * reconnected one another: nothing that began before can bring a connection back or touch the new one.
 */
const UNCHANGED = 'connectionId = :connectionId AND tokenVersion = :seen';

/**
 * A consent is stored once: the SDK may repeat a write that had taken effect, and what arrives late must not undo what
 * was stored under the consent since, a rotated token above all.
 */
const NOT_STORED_YET = '(attribute_not_exists(connectionId) OR connectionId <> :connectionId)';

/** A new consent of the same account, by whichever of its ids it is known, keeps what is stored beside the connection. */
const NEW_OR_SAME_ACCOUNT =
  '(attribute_not_exists(connectionId) OR accountId IN (:accountId, :otherId) OR contains(accountIds, :accountId) OR contains(accountIds, :otherId))';

/** What a new consent ends: a revocation and the back-offs of the one before. */
const OF_THE_CONSENT_BEFORE = [
  'revokedAtMs',
  'confirmAtMs',
  'syncRetryAtMs',
  'syncRetryCause',
  'connectRetryAtMs',
];
const OF_THE_ACCOUNT_BEFORE = ['plays', 'playsVersion', 'playsCounted'];

/** Past Spotify's own end of the consent: what is left of it then is of no use. */
const KEEP_AFTER_CONSENT_MS = 5 * 24 * 3600_000;
/** DynamoDB deletes up to two days late; five days after the end of a consent its data must be gone. */
const KEEP_AFTER_REVOCATION_MS = 3 * 24 * 3600_000;

const expiresAtOf = (authorizedAtMs: number) =>
  Math.ceil((reauthorizeByMs(authorizedAtMs) + KEEP_AFTER_CONSENT_MS) / 1000);

/** One refresh of a user at a time: where tokens rotate, a second one would find its token superseded. */
const NO_OTHER_REFRESHES = 'attribute_not_exists(untilMs) OR untilMs <= :now OR holder = :holder';
const STILL_REFRESHES = 'holder = :holder';

/** What a consent brings. */
export interface NewConnection {
  accountId: string;
  /** Another id of the same account, where the platform gives two. */
  otherAccountId?: string | undefined;
  scopes: readonly string[];
  /** Of our application that asked for it. */
  clientId: string;
  authorizedAtMs: number;
  dataKey: Uint8Array;
  refreshToken: Uint8Array;
}

export type ConnectionStore = ReturnType<typeof createConnectionStore>;

/**
 * The connections of all users, one item each, with everything that must die with them: tokens, their key, and the
 * plays. Deleting that item is the whole of forgetting them. No access token is stored: every computation begins with
 * a refresh, which also finds out at once whether the consent still stands.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createConnectionStore(deps: TableDeps) {
  const table = tableOf(deps);

  /** Changes the connection as it was read; undefined when it is no longer that. */
  async function change(read: Connection, update: string, values: Item): Promise<Connection | undefined> {
    const changed = await table.updated(connectionKey(read.userId), `${update} ADD tokenVersion :one`, {
      condition: UNCHANGED,
      names: { '#status': 'status' },
      values: { ...values, ':connectionId': read.connectionId, ':seen': read.tokenVersion, ':one': 1 },
    });
    return changed && parseConnection(read.userId, changed);
  }

  async function read(userId: string): Promise<Connection | undefined> {
    const item = await table.get(connectionKey(userId), CONNECTION_PROJECTION);
    // An item without a consent only holds what was begun.
    return item?.connectionId === undefined ? undefined : parseConnection(userId, item);
  }

  return {
    read,

    /**
     * Stores a consent in place of whatever there was; only plays of the same account stay. False when the state `by`
     * which it came was ended meanwhile.
     */
    async connect(userId: string, consent: NewConnection, by?: ClaimedState): Promise<boolean> {
      const connectionId = randomBytes(12).toString('base64url');
      for (const sameAccount of [true, false]) {
        const { update, ...given } = storeConsent({ connectionId, consent, sameAccount, by });
        if (await table.update(connectionKey(userId), update, given)) return true;
      }
      // The SDK may have repeated a write that had taken effect: then the refusal is our own doing.
      return (await read(userId))?.connectionId === connectionId;
    },

    /** The tokens are these, and the consent stands. Undefined: the connection changed meanwhile. */
    keepTokens: (read: Connection, dataKey: Uint8Array, refreshTokens: readonly Uint8Array[]) =>
      change(
        read,
        'SET refreshTokens = :tokens, dataKey = :dataKey, #status = :connected, expiresAt = :expiresAt REMOVE revokedAtMs, confirmAtMs',
        {
          ':tokens': refreshTokens,
          ':dataKey': dataKey,
          ':connected': 'connected',
          ':expiresAt': expiresAtOf(read.authorizedAtMs),
        },
      ),

    /** The platform said revoked, for the first time: the tokens stay until that is confirmed. */
    markRevoked: (read: Connection, revokedAtMs: number, confirmAtMs: number) =>
      change(read, 'SET #status = :revoked, revokedAtMs = :revokedAtMs, confirmAtMs = :confirmAtMs', {
        ':revoked': 'revoked',
        ':revokedAtMs': revokedAtMs,
        ':confirmAtMs': confirmAtMs,
      }),

    /** Takes the right to the one confirming attempt; if it ends in doubt, the next one waits until `confirmAtMs`. */
    claimConfirmation: (read: Connection, confirmAtMs: number) =>
      change(read, 'SET #status = :revoked, confirmAtMs = :confirmAtMs', {
        ':revoked': 'revoked',
        ':confirmAtMs': confirmAtMs,
      }),

    /** The revocation is confirmed: there is nothing left to try with, and the rest goes within five days. */
    eraseTokens: (read: Connection, nowMs: number) =>
      change(
        read,
        'SET #status = :revoked, expiresAt = :expiresAt REMOVE refreshTokens, dataKey, confirmAtMs',
        { ':revoked': 'revoked', ':expiresAt': Math.ceil((nowMs + KEEP_AFTER_REVOCATION_MS) / 1000) },
      ),

    /** Takes the right to refresh until then: until when the one before had it. Undefined while another holds it. */
    async takeRefresh(
      userId: string,
      holder: string,
      nowMs: number,
      untilMs: number,
    ): Promise<{ untilMs: number } | undefined> {
      const taken = await table.updated(
        refreshKey(userId),
        'SET previousUntilMs = if_not_exists(untilMs, :never), holder = :holder, untilMs = :until, expiresAt = :expiresAt',
        {
          condition: NO_OTHER_REFRESHES,
          values: {
            ':holder': holder,
            ':now': nowMs,
            ':until': untilMs,
            ':never': 0,
            ':expiresAt': Math.ceil(untilMs / 1000),
          },
        },
      );
      return taken && { untilMs: Number(taken.previousUntilMs) };
    },

    /** Lets the next one refresh, who hears of `untilMs`; 0: the token is stored as it should be. */
    endRefresh: (userId: string, holder: string, untilMs = 0): Promise<boolean> =>
      table.update(refreshKey(userId), 'SET untilMs = :until', {
        condition: STILL_REFRESHES,
        values: { ':holder': holder, ':until': untilMs },
      }),

    /** Deletes connection, tokens, plays and what was begun, at once. Idempotent. */
    async remove(userId: string): Promise<void> {
      await table.delete(connectionKey(userId));
      await table.delete(refreshKey(userId));
      await table.delete(grantKey(userId));
    },
  };
}

interface StoreConsent {
  connectionId: string;
  consent: NewConnection;
  sameAccount: boolean;
  by: ClaimedState | undefined;
}

function storeConsent({
  connectionId,
  consent,
  sameAccount,
  by,
}: StoreConsent): Condition & { update: string } {
  const { refreshToken, otherAccountId, ...rest } = consent;
  const accountIds = new Set([consent.accountId, otherAccountId ?? consent.accountId]);
  const item: Item = {
    ...rest,
    connectionId,
    status: 'connected',
    tokenVersion: 1,
    refreshTokens: [refreshToken],
    expiresAt: expiresAtOf(consent.authorizedAtMs),
  };
  if (!sameAccount) item.accountIds = accountIds;
  const state = by && completing(by, consent.authorizedAtMs);
  const sets = Object.keys(item).map((name) => `#${name} = :${name}`);
  const gone = [...OF_THE_CONSENT_BEFORE, ...(sameAccount ? [] : OF_THE_ACCOUNT_BEFORE)];
  const conditions = [NOT_STORED_YET, sameAccount && NEW_OR_SAME_ACCOUNT, state?.condition];
  return {
    update: [
      `SET ${[...sets, ...(state ? [state.note] : [])].join(', ')}`,
      `REMOVE ${gone.join(', ')}`,
      ...(sameAccount ? ['ADD accountIds :ids'] : []),
    ].join(' '),
    condition: conditions.filter(Boolean).join(' AND '),
    names: { ...Object.fromEntries(Object.keys(item).map((name) => [`#${name}`, name])), ...state?.names },
    values: {
      ...Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value])),
      ...(sameAccount && { ':ids': accountIds, ':otherId': otherAccountId ?? consent.accountId }),
      ...state?.values,
    },
  };
}
