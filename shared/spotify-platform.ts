import { ALL_CALLS } from './cache/bans.ts';
import type { Platform } from './cache/platform.ts';
import type { OptionalList, PlatformBucket } from './errors.ts';

/*
 * Spotify, as the cache goes by it. Spotify counts the calls of an application in a rolling window, and those of a day
 * by bucket; a bucket that is used up leaves the others alone.
 */
type Names = readonly (PlatformBucket | typeof ALL_CALLS)[];

export const SPOTIFY_PLATFORM: Platform = {
  codes: {
    revoked: 'SPOTIFY_TOKEN_REVOKED',
    scopeMissing: 'SPOTIFY_SCOPE_MISSING',
    rateLimited: 'SPOTIFY_RATE_LIMITED',
    unavailable: 'SPOTIFY_UNAVAILABLE',
  },
  // A list needs token and top artists; without saved tracks or followed artists it is partial.
  needs: {
    required: [ALL_CALLS, 'token', 'top'] satisfies Names,
    optional: { tracks: 'saved', following: 'followed' } satisfies Partial<
      Record<PlatformBucket, OptionalList>
    >,
  },
};

export const SYNC_NEEDS: Names = [ALL_CALLS, 'token', 'player'];

/** Connecting stays possible whenever what it calls is not banned itself. */
export const CONNECT_NEEDS: Names = ['token', 'me'];
