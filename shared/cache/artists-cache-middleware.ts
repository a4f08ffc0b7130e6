import type { MiddlewareObj } from '@middy/core';
import type { Clock } from '../clock.ts';
import type { Answer } from './answer.ts';
import { type CachedArtistsDeps, cachedArtists } from './cached-artists.ts';
import type { Compute } from './compute-under-lease.ts';
import type { Observe } from './events.ts';

/** What the middleware puts on a request. */
export interface Answered {
  answer: Answer;
}

interface ArtistsCacheOptions extends CachedArtistsDeps {
  clock: Clock;
  observed: <T>(work: (observe: Observe) => Promise<T>) => Promise<T>;
}

/** Puts the answer to a request for a page on its event: from the user's cached list, computed when the cache says so. */
export function artistsCache(options: ArtistsCacheOptions, compute: Compute): MiddlewareObj {
  return {
    before: async function artistsCacheBefore({ event, context }) {
      const request = event as { userId: string; query: { page: number; limit: number } } & Answered;
      const { userId, query } = request;
      const deadlineMs = options.clock.nowMs() + context.getRemainingTimeInMillis();
      request.answer = await options.observed((observe) =>
        cachedArtists(options, { userId, ...query, deadlineMs, observe }, compute),
      );
    },
  };
}
