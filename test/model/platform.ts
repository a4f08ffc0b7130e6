import type { Artist } from '../../shared/artist.ts';
import type { SelectionStore } from '../../shared/artists/selection.ts';
import type { ComputedList } from '../../shared/cache/entry.ts';
import type { Clock } from '../../shared/clock.ts';
import {
  PlatformNotConnected,
  PlatformRateLimited,
  PlatformRevoked,
  PlatformUnavailable,
} from '../../shared/errors.ts';
import type { ConnectionStore } from '../../shared/platforms/connection-store.ts';
import type { Computation } from './history.ts';
import type { User, Weather } from './plan.ts';

/** Beyond the patience of a request with an old copy, within that of one without. */
const SLOW_MS = 6_000;
/** Beyond anybody's patience but the refresh function's. */
const NEARLY_DEAD_MS = 45_000;
export const RETRY_AFTER_SECONDS = 90;

export type Platform = ReturnType<typeof createPlatform>;

/** The platform, as far as computations see it. */
export function createPlatform() {
  const state = { weather: 'ok' as Weather, revoked: new Set<string>() };

  async function call(
    page: number,
    account: string,
    { clock, signal }: { clock: Clock; signal: AbortSignal },
  ) {
    if (state.revoked.has(account)) throw new PlatformRevoked('invalid_grant');
    switch (state.weather) {
      case 'down':
        throw new PlatformUnavailable('503');
      case 'second page fails':
        if (page > 0) throw new PlatformUnavailable('502');
        return;
      case 'rate-limited':
        throw new PlatformRateLimited('429', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      case 'slow':
        return clock.sleep(SLOW_MS, signal);
      case 'nearly dead':
        return clock.sleep(NEARLY_DEAD_MS, signal);
      case 'ok':
    }
  }

  return Object.assign(state, { call });
}

/** The id of an artist carries its user, so that a crossing is plain to see; its name, what it was computed from. */
export const artistId = (user: User, artist: number) => `${user}${String(artist).padStart(19, '0')}`;
const nameOf = (computation: number, account: string) => `${computation} ${account}`;
export const origin = (artist: Artist) => {
  const [computation, account] = artist.name.split(' ');
  return { computation: Number(computation), account: account as string };
};

interface ComputeDeps {
  clock: Clock;
  connections: ConnectionStore;
  selections: SelectionStore;
  /** A call to the platform, at a time of the scheduler's choosing. */
  ask: (page: number, account: string, signal: AbortSignal) => Promise<void>;
  listLength: number;
}

/** Computes as the service does: token, then pages and selection side by side; all or nothing. */
export async function computeList(
  { clock, connections, selections, ask, listLength }: ComputeDeps,
  computation: Computation,
  signal: AbortSignal,
): Promise<ComputedList> {
  const computedAtMs = clock.nowMs();
  const { user } = computation;
  const connection = await connections.read(user);
  if (!connection) throw new PlatformNotConnected('no connection');
  const { accountId } = connection;
  const collect = async () => {
    await ask(0, accountId, signal);
    await ask(1, accountId, signal);
  };
  const [, { selected, revision }] = await Promise.all([collect(), selections.read(user)]);
  const artists = Array.from({ length: listLength }, (_, i): Artist => {
    const id = artistId(user, i);
    return {
      id,
      name: nameOf(computation.id, accountId),
      image_url: null,
      url: `https://open.spotify.com/artist/${id}`,
      genres: [],
      score: 100 - i,
      selected: selected.has(id),
      platform: 'spotify',
    };
  });
  return { artists, computedAtMs, selectionRevision: revision };
}
