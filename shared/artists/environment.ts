import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ComputedList } from '../cache/entry.ts';
import type { Observe } from '../cache/events.ts';
import { systemClock } from '../clock.ts';
import { requiredEnv } from '../env.ts';
import type { OptionalList } from '../errors.ts';
import { connectionsFromEnv } from '../platforms/environment.ts';
import { createRefreshAccess } from '../platforms/refresh-access.ts';
import { vaultFromEnv } from '../platforms/vault-environment.ts';
import { spotifyFromEnv } from '../spotify/environment.ts';
import { noUsage } from '../spotify/usage.ts';
import { createComputeArtists } from './compute-artists.ts';
import { createPlaysStore } from './plays-store.ts';
import { selectionsFromEnv } from './selection-environment.ts';
import { createSyncPlays } from './sync-plays.ts';

function partsFromEnv(db: DynamoDBDocumentClient) {
  const { tokenEndpoint, webApi } = spotifyFromEnv(systemClock);
  const connections = connectionsFromEnv(db);
  return {
    webApi,
    playsStore: createPlaysStore({ db, table: requiredEnv('ACCOUNT_TABLE') }),
    refreshAccess: createRefreshAccess({
      connections,
      vault: vaultFromEnv(),
      tokenEndpoint,
      clock: systemClock,
    }),
  };
}

/** Brings the plays of a user up to date, on this deployment. */
export const syncFromEnv = (db: DynamoDBDocumentClient) => createSyncPlays(partsFromEnv(db));

/** A computation for the cache: whose, until when, and who hears of its calls. */
interface ComputeJob {
  userId: string;
  signal: AbortSignal;
  without: readonly OptionalList[];
  observe?: Observe | undefined;
}

/**
 * What an environment computes with. Kept, because it is asked for anew with every computation and holds what must be
 * read once only: our credentials with Spotify, and connections that stay open.
 */
const computations = new WeakMap<DynamoDBDocumentClient, (job: ComputeJob) => Promise<ComputedList>>();

/** Computes the list of a user, on this deployment. */
export function computeFromEnv(db: DynamoDBDocumentClient): (job: ComputeJob) => Promise<ComputedList> {
  const known = computations.get(db);
  if (known) return known;
  const computeArtists = createComputeArtists({ ...partsFromEnv(db), selectionStore: selectionsFromEnv(db) });
  const compute = async ({ userId, signal, without, observe }: ComputeJob): Promise<ComputedList> => {
    const nowMs = systemClock.nowMs();
    const usage = noUsage();
    observe?.({ name: 'platform-asked', usage });
    const { artists, reauthorizeSoonFromMs, selectionRevision } = await computeArtists({
      userId,
      nowMs,
      signal,
      without: new Set(without),
      usage,
    });
    return { artists, computedAtMs: nowMs, reauthorizeSoonFromMs, selectionRevision };
  };
  computations.set(db, compute);
  return compute;
}
