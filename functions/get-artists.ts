import { type Answered, artistsCache } from '../shared/cache/artists-cache-middleware.ts';
import { systemClock } from '../shared/clock.ts';
import { getArtists } from '../shared/contract/routes.ts';
import {
  accountTable,
  cacheTable,
  computationDepsFromEnv,
  observerFromEnv,
  windowsFromEnv,
} from '../shared/deployment.ts';
import { type ApiRequest, api } from '../shared/http/api.ts';
import { artistsReply } from '../shared/http/artists-reply.ts';

const { freshMs, keepMs } = windowsFromEnv();
// What a hit does not need is loaded when it is needed: a hit does not pay for it at a cold start.
const cached = artistsCache(
  {
    ...computationDepsFromEnv(),
    observed: observerFromEnv(),
    readSelection: async (userId) =>
      (await import('../shared/artists/selection.ts')).createSelectionStore(accountTable()).read(userId),
    admit: async (...computation) =>
      (await import('../shared/cache/admission.ts')).createAdmit({ ...cacheTable(), keepMs })(...computation),
    handOff: async (lease) => (await import('../shared/cache/hand-off.ts')).handOff(lease),
  },
  async (job) => (await import('../shared/spotify-deployment.ts')).computeList(job),
);

/** A page of the user's artists: from the cache, computed when the cache says so. */
export const handler = api(
  getArtists,
  async ({ query, locale, answer }: ApiRequest<typeof getArtists> & Answered) =>
    artistsReply(answer, { ...query, locale, freshMs, nowMs: systemClock.nowMs() }),
  cached,
);
