import type { Artist } from '../../shared/artist.ts';
import type { SelectionStore } from '../../shared/artists/selection.ts';
import type { ComputedList } from '../../shared/cache/entry.ts';
import type { Clock } from '../../shared/clock.ts';
import { PlatformRateLimited, PlatformRevoked, PlatformUnavailable } from '../../shared/errors.ts';
import type { Tokens } from '../../shared/spotify/token-endpoint.ts';
import type { Computation } from './history.ts';
import type { User, Weather } from './plan.ts';

/** Beyond the patience of a request with an old copy, within that of one without. */
const SLOW_MS = 6_000;
/** Beyond anybody's patience but the refresh function's. */
const NEARLY_DEAD_MS = 45_000;
const RETRY_AFTER_SECONDS = 90;
/** Longer than any back-off of a user, and over when all is well again. */
const QUOTA_SECONDS = 2_400;
/** A token that is slow comes after the patience of a request with an old copy, and before its call is given up. */
const SLOW_TOKEN_MS = 4_600;

export type Platform = ReturnType<typeof createPlatform>;

/** The platform, as far as computations see it. Its refresh tokens are good for one refresh. */
export function createPlatform() {
  const state = {
    weather: 'ok' as Weather,
    revoked: new Set<string>(),
    hasLimitedAll: false,
    /** Since then so many were refused, and none was not, that it is an outage; for others to set. */
    storm: undefined as { fromStep: number; untilMs: number } | undefined,
    hasRefusedAll: false,
    refreshesInFlight: 0,
    /** Hours have passed while a token was being refreshed: no function lives as long. */
    hasJumpedAhead: false,
  };
  const alive = new Map<string, string>();
  let issued = 0;

  /** The one token of the account: those before it are dead. */
  function issue(account: string): string {
    issued += 1;
    const token = `${account} ${issued}`;
    alive.set(account, token);
    return token;
  }

  async function refresh(token: string, { sleep }: Clock): Promise<Tokens> {
    const [account = ''] = token.split(' ');
    if (state.weather === 'refuses every token') state.hasRefusedAll = true;
    if (state.revoked.has(account) || alive.get(account) !== token || state.weather === 'refuses every token')
      throw new PlatformRevoked('invalid_grant');
    state.storm = undefined;
    const refreshToken = issue(account);
    if (state.weather === 'slow') await sleep(SLOW_TOKEN_MS);
    return { accessToken: account, refreshToken, scopes: [] };
  }

  function limitAll(retryAfterSeconds: number): never {
    state.hasLimitedAll = true;
    throw new PlatformRateLimited('429', { retryAfterSeconds });
  }

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
      case 'saved tracks fail':
        if (page > 0) throw new PlatformUnavailable('502', { bucket: 'tracks' });
        return;
      case 'quota of saved tracks': {
        const quota = { retryAfterSeconds: QUOTA_SECONDS, reason: 'quota', bucket: 'tracks' } as const;
        if (page > 0) throw new PlatformRateLimited('429', quota);
        return;
      }
      case 'rate-limited':
        return limitAll(RETRY_AFTER_SECONDS);
      case 'rate-limited for a second':
        return limitAll(1);
      case 'slow':
        return clock.sleep(SLOW_MS, signal);
      case 'nearly dead':
        return clock.sleep(NEARLY_DEAD_MS, signal);
      case 'refuses every token':
      case 'ok':
    }
  }

  return Object.assign(state, { call, issue, refresh });
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
  accountId: string;
  selections: SelectionStore;
  /** A call to the platform, at a time of the scheduler's choosing. */
  ask: (page: number, account: string, signal: AbortSignal) => Promise<void>;
  listLength: number;
}

/** Computes as the service does once it has a token: pages and selection side by side; all or nothing. */
export async function computeList(
  { clock, accountId, selections, ask, listLength }: ComputeDeps,
  computation: Computation,
  signal: AbortSignal,
): Promise<ComputedList> {
  const computedAtMs = clock.nowMs();
  const { user } = computation;
  const collect = async () => {
    await ask(0, accountId, signal);
    // The second page is of saved tracks.
    if (!computation.isPartial) await ask(1, accountId, signal);
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
