import { type Artist, byScoreThenId } from '../artist.ts';
import type { ComputationJob, Computed } from '../cache/computation.ts';
import type { Clock } from '../clock.ts';
import { logSkipped } from '../logging/log-failure.ts';
import { reauthorizeSoonFromMs } from '../platforms/connection.ts';
import type { RefreshAccess } from '../platforms/refresh-access.ts';
import { noUsage, type SpotifyCall } from '../spotify/call.ts';
import { type CollectedArtist, collectArtists } from '../spotify/collect-artists.ts';
import type { WebApi } from '../spotify/web-api.ts';
import { NO_PLAYS, type Plays, weightAt } from './plays.ts';
import type { PlaysStore } from './plays-store.ts';
import { scoreOf } from './scoring.ts';
import type { SelectionStore } from './selection.ts';

interface ComputeArtistsDeps {
  refreshAccess: RefreshAccess;
  webApi: WebApi;
  playsStore: PlaysStore;
  selectionStore: SelectionStore;
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Computes the whole list of a user: what Spotify says, the plays gathered by syncs, the user's selection. All or
 * nothing. The selection is read strongly consistent, and must not be read before the caller holds its lease: what is
 * selected after that read finds the computation fenced off.
 *
 * @throws what `RefreshAccess` and `WebApiSession.get` throw, or StorageUnavailable.
 */
export function createComputeArtists(deps: ComputeArtistsDeps) {
  const { refreshAccess, webApi, playsStore, selectionStore, clock } = deps;

  return async function computeArtists({ userId, signal, without, observe }: ComputationJob) {
    const nowMs = clock.nowMs();
    const usage = noUsage();
    observe({ name: 'platform-asked', usage });
    const ended = new AbortController();
    const call: SpotifyCall = { usage, signal: AbortSignal.any([signal, ended.signal]) };
    const access = await refreshAccess(userId, call);
    try {
      const [collected, stored, { selected, revision }] = await Promise.all([
        collectArtists(webApi.open({ ...access, ...call }), without),
        playsStore.read(userId),
        selectionStore.read(userId),
      ]);
      const plays = stored?.plays ?? NO_PLAYS;
      return {
        artists: collected.map((artist) => scored(artist, plays, selected, nowMs)).sort(byScoreThenId),
        computedAtMs: nowMs,
        reauthorizeSoonFromMs: reauthorizeSoonFromMs(access.connection.authorizedAtMs),
        selectionRevision: revision,
        answered: usage.answered,
      } satisfies Computed;
    } finally {
      // When the storage fails first, Spotify need not be read to the end.
      ended.abort();
      await access.settle();
      await logSkipped(usage.skippedBy);
    }
  };
}

function scored(artist: CollectedArtist, plays: Plays, selected: ReadonlySet<string>, nowMs: number): Artist {
  const { id, name, imageUrl, url, genres } = artist;
  const played = plays.weights.get(id);
  const playWeight = played ? weightAt(played, nowMs) : 0;
  return {
    id,
    name,
    image_url: imageUrl,
    url,
    genres,
    score: scoreOf({ ...artist, playWeight }),
    selected: selected.has(id),
    platform: 'spotify',
  };
}
