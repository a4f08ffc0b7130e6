import { type Answered, artistsCache } from '../shared/cache/artists-cache-middleware.ts';
import {
  bansFromEnv,
  cacheFromEnv,
  computationsFromEnv,
  windowsFromEnv,
} from '../shared/cache/environment.ts';
import { systemClock } from '../shared/clock.ts';
import { getArtists } from '../shared/contract/routes.ts';
import { requiredSeconds } from '../shared/env.ts';
import { type ApiRequest, api } from '../shared/http/api.ts';
import { artistsReply } from '../shared/http/artists-reply.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { LIST_NEEDS } from '../shared/needs.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const { freshMs } = windowsFromEnv();

const cached = artistsCache(
  {
    cache: cacheFromEnv(db),
    computations: computationsFromEnv(db),
    bans: bansFromEnv(db),
    needs: LIST_NEEDS,
    clock: systemClock,
    retryMs: requiredSeconds('RETRY_SECONDS') * 1000,
    observed: observerFromEnv(),
    // What a hit does not need is loaded by those who need it: a hit does not pay for it at a cold start.
    readSelection: async (userId) =>
      (await import('../shared/artists/selection-environment.ts')).selectionsFromEnv(db).read(userId),
    handOff: async (lease) => (await import('../shared/cache/hand-off.ts')).handOff(lease),
  },
  async (job) => (await import('../shared/artists/environment.ts')).computeFromEnv(db)(job),
);

/** A page of the user's artists: from the cache, computed when the cache says so. */
export const handler = api(
  getArtists,
  async ({ query, locale, answer }: ApiRequest<typeof getArtists> & Answered) =>
    artistsReply(answer, { ...query, locale, freshMs, nowMs: systemClock.nowMs() }),
  cached,
);
