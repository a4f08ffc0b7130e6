import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createSpotifyStandIn } from '../../infra/local/spotify/stand-in.ts';
import { createPlaysStore } from '../../shared/artists/plays-store.ts';
import { createSelectionStore } from '../../shared/artists/selection.ts';
import { createSyncPace } from '../../shared/artists/sync-plays.ts';
import { createCompleteConnection } from '../../shared/platforms/complete-connection.ts';
import { createConnect, createDisconnect } from '../../shared/platforms/connecting.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { createOAuthStateStore } from '../../shared/platforms/oauth-state-store.ts';
import { createRefreshAccess } from '../../shared/platforms/refresh-access.ts';
import { createDataKeys, createTokenVault } from '../../shared/platforms/token-vault.ts';
import { type AskSpotify, noUsage } from '../../shared/spotify/call.ts';
import { createClientCredentials } from '../../shared/spotify/client-credentials.ts';
import { createTokenEndpoint, type TokenEndpoint } from '../../shared/spotify/token-endpoint.ts';
import { createWebApi } from '../../shared/spotify/web-api.ts';
import { aClock } from './a-clock.ts';
import { aStorm } from './a-storm.ts';
import { KEY_ARN, SECRET_ARN, startAws } from './aws.ts';
import { TABLES, type TestDynamoDb } from './dynalite.ts';

export const REDIRECT_URI = 'http://127.0.0.1:3000/callback';

type Clock = ReturnType<typeof aClock>;

/** The service's parts, wired as in production: Spotify, KMS, Secrets Manager and DynamoDB answer over HTTP. */
export async function startService(
  { db }: TestDynamoDb,
  { clock = aClock(), tokenEndpoint }: { clock?: Clock; tokenEndpoint?: TokenEndpoint } = {},
) {
  const standIn = await createSpotifyStandIn({
    port: 0,
    clientId: 'our-client',
    clientSecret: 'our-secret',
    clock,
  });
  onTestFinished(() => standIn.close());
  const aws = await startAws();
  const table = TABLES.account;
  const forgotten: string[] = [];
  const clientId = 'our-client';
  const credentials = createClientCredentials({ clientId, secretId: SECRET_ARN, clock });
  const endpoint = tokenEndpoint ?? createTokenEndpoint({ accountsUrl: standIn.url, credentials, clock });
  const parts = {
    clock,
    clientId,
    accountsUrl: standIn.url,
    redirectUri: REDIRECT_URI,
    tokenEndpoint: endpoint,
    webApi: createWebApi({ apiUrl: standIn.url, clock }),
    states: createOAuthStateStore({ db, table }),
    connections: createConnectionStore({ db, table }),
    vault: createTokenVault({ dataKeys: createDataKeys({ keyId: KEY_ARN }), platform: 'spotify' }),
    playsStore: createPlaysStore({ db, table }),
    selectionStore: createSelectionStore({ db, table }),
    pace: createSyncPace({ db, table }),
    storm: aStorm(clock),
    forgetList: async (userId: string) => {
      forgotten.push(userId);
    },
  };
  const connect = createConnect(parts);
  const completeConnection = createCompleteConnection(parts);

  /** What the user does on the platform's consent page: the code and state that come back. */
  async function consent(
    authorizationUrl: string,
    account: string,
  ): Promise<{ code: string; state: string }> {
    const url = new URL(authorizationUrl);
    url.searchParams.set('approve', '1');
    url.searchParams.set('account', account);
    const { headers } = await fetch(url, { redirect: 'manual' });
    const back = new URL(headers.get('location') ?? '').searchParams;
    return { code: back.get('code') ?? '', state: back.get('state') ?? '' };
  }

  return {
    ...parts,
    aws,
    accounts: standIn.accounts,
    /** The users whose list was forgotten, in order. */
    forgotten,
    consent,
    connect,
    completeConnection,
    disconnect: createDisconnect(parts),
    refreshAccess: createRefreshAccess(parts),
    /** Connects the user's account of the same name. */
    async connectUser(userId: string, account = userId): Promise<void> {
      const { authorizationUrl } = await connect(userId, clock.nowMs());
      const back = await consent(authorizationUrl, account);
      await completeConnection(userId, back, clock.nowMs(), askAtOnce);
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** A user that no other test knows. */
export const aUser = () => `user-${randomUUID()}`;

/** A call without a deadline. */
export const aCall = () => ({ signal: new AbortController().signal, usage: noUsage() });

/** Spotify, with no ban and no deadline between. */
export const askAtOnce: AskSpotify = (work) => work(aCall());
