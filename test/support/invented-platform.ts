import { ALL_CALLS } from '../../shared/cache/bans.ts';
import type { Platform } from '../../shared/cache/platform.ts';

/** A platform that there is not: the cache must do with what it is told of one. */
export const INVENTED_PLATFORM = {
  codes: {
    revoked: 'JUKEBOX_REVOKED',
    scopeMissing: 'JUKEBOX_SCOPE',
    rateLimited: 'JUKEBOX_LIMITED',
    unavailable: 'JUKEBOX_DOWN',
  },
  needs: { required: [ALL_CALLS, 'songs'], optional: { likes: 'saved', friends: 'followed' } },
} as unknown as Platform;
