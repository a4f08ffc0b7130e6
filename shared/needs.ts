import { ALL_CALLS, type Needs } from './cache/bans.ts';
import type { OptionalList, PlatformBucket } from './errors.ts';

/*
 * Which bans concern what the service does. Spotify counts the calls of an application in a rolling window, and those
 * of a day by bucket; a bucket that is used up leaves the others alone.
 */
type Names = readonly (PlatformBucket | typeof ALL_CALLS)[];

/** A list needs token and top artists; without saved tracks or followed artists it is partial. */
export const LIST_NEEDS: Needs = {
  required: [ALL_CALLS, 'token', 'top'] satisfies Names,
  optional: { tracks: 'saved', following: 'followed' } satisfies Partial<
    Record<PlatformBucket, OptionalList>
  >,
};

export const SYNC_NEEDS: Names = [ALL_CALLS, 'token', 'player'];

/** Connecting stays possible whenever the token endpoint itself is not banned. */
export const CONNECT_NEEDS: Names = ['token'];
