import type { MiddlewareObj } from '@middy/core';
import { codeOf } from '../errors.ts';
import { logFailure } from '../logging/log-failure.ts';
import type { Answer } from './answer.ts';
import { type CachedArtistsDeps, cachedArtists } from './cached-artists.ts';
import type { Compute } from './computation.ts';
import type { Observe } from './events.ts';

/** What the middleware puts on a request. */
export interface Answered {
  answer: Answer;
}

interface PageAsked {
  userId: string;
  requestId: string;
  query: { page: number; limit: number };
}

interface ArtistsCacheOptions extends Omit<CachedArtistsDeps, 'observe'> {
  observed: <T>(work: (observe: Observe) => Promise<T>) => Promise<T>;
}

/** Puts the answer to a request for a page on its event: from the user's cached list, computed when the cache says so. */
export function artistsCache(options: ArtistsCacheOptions, compute: Compute): MiddlewareObj {
  return {
    before: async function artistsCacheBefore({ event, context }) {
      const request = event as PageAsked & Answered;
      const { userId, requestId, query } = request;
      const deadlineMs = options.clock.nowMs() + context.getRemainingTimeInMillis();
      request.answer = await options.observed((observe) =>
        cachedArtists({ ...options, observe }, { userId, ...query, deadlineMs }, compute),
      );
      const { defect } = request.answer;
      if (defect) await logFailure(defect, { requestId, code: codeOf(defect) }, 'behind an old copy');
    },
  };
}
