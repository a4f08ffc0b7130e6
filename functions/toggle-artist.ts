import { selectionsFromEnv } from '../shared/artists/selection-environment.ts';
import { toggleArtist } from '../shared/artists/toggle-artist.ts';
import { cacheFromEnv } from '../shared/cache/environment.ts';
import { systemClock } from '../shared/clock.ts';
import { toggleArtist as route } from '../shared/contract/routes.ts';
import { api } from '../shared/http/api.ts';
import { observerFromEnv } from '../shared/metrics/environment.ts';
import { createDocumentClient } from '../shared/storage/document-client.ts';

const db = createDocumentClient();
const cache = cacheFromEnv(db);
const selections = selectionsFromEnv(db);
const observed = observerFromEnv();

/** Selects or deselects an artist; what is cached of the user is outdated from then on. */
export const handler = api(route, async ({ userId, body }) => {
  const selected = await observed((observe) =>
    toggleArtist({ cache, selections, observe }, userId, body.artist_id, body.selected, systemClock.nowMs()),
  );
  return { artist_id: body.artist_id, selected };
});
