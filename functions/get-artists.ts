import { cachedArtists } from '../shared/cache/artists-cache-middleware.ts';
import { cacheFromEnv, computationsFromEnv, windowsFromEnv } from '../shared/cache/environment.ts';
import { systemClock } from '../shared/clock.ts';
import { getArtists } from '../shared/contract/routes.ts';
import { requiredSeconds } from '../shared/env.ts';
import { api } from '../shared/http/api.ts';
import { artistsReply } from '../shared/http/artists-reply.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const { freshMs } = windowsFromEnv();
const observed = observerFromEnv(db);

const answerFor = cachedArtists(
  {
    cache: cacheFromEnv(db),
    computations: computationsFromEnv(db),
    clock: systemClock,
    retryMs: requiredSeconds('RETRY_SECONDS') * 1000,
    // What only a computation needs is loaded by the computation: a hit does not pay for it at a cold start.
    handOff: async (lease) => (await import('../shared/cache/hand-off.ts')).handOff(lease),
  },
  async (event) => (await import('../shared/artists/environment.ts')).computeFromEnv(db)(event),
);

/** A page of the user's artists: from the cache, computed when the cache says so. */
export const handler = api(getArtists, ({ userId, query, locale }, context) =>
  observed(async (observe) => {
    const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis();
    const answer = await answerFor({ userId, ...query, deadlineMs, observe }, context);
    return artistsReply(answer, { ...query, locale, freshMs, nowMs: systemClock.nowMs() });
  }),
);
