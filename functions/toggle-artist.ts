import { createSelectionStore, toggleArtist } from '../shared/artists/selection.ts';
import { systemClock } from '../shared/clock.ts';
import { toggleArtist as route } from '../shared/contract/routes.ts';
import { accountTable, cacheFromEnv, observerFromEnv } from '../shared/deployment.ts';
import { api } from '../shared/http/api.ts';

const cache = cacheFromEnv();
const selections = createSelectionStore(accountTable());
const observed = observerFromEnv();

/** Selects or deselects an artist; what is cached of the user is outdated from then on. */
export const handler = api(route, async ({ userId, body }) => {
  const selected = await observed((observe) =>
    toggleArtist({ cache, selections, observe }, userId, body.artist_id, body.selected, systemClock.nowMs()),
  );
  return { artist_id: body.artist_id, selected };
});
