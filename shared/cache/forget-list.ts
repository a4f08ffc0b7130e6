import type { Clock } from '../clock.ts';
import type { ArtistsCache } from './artists-cache.ts';
import type { ComputationStore } from './computation-store.ts';

/**
 * Forgets everything cached for a user: back-off and lease, then the list. In this order, because deleting the list is
 * what makes every computation in flight void: a computation that begins between the two is refused with the others,
 * and what it may still write of its failure, it learned from the connection as it is now. A crash between the two
 * leaves the list, and the caller, who has no answer yet, asks again.
 */
export async function forgetList(
  deps: {
    cache: ArtistsCache;
    computations: ComputationStore;
    clock: Pick<Clock, 'nowMs'>;
  },
  userId: string,
): Promise<void> {
  await deps.computations.forget(userId);
  await deps.cache.invalidateUser(userId, deps.clock.nowMs());
}
