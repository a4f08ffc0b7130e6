import type { ArtistsCache } from './artists-cache.ts';
import type { ComputationStore } from './computation-store.ts';
import type { StoredList } from './entry.ts';

/**
 * Forgets everything cached for a user: back-off and lease, then the list. In this order, because deleting the list is
 * what makes every computation in flight void: a computation that begins between the two is refused with the others,
 * and what it may still write of its failure, it learned from the connection as it is now. A crash between the two
 * leaves the list, and the caller, who has no answer yet, asks again.
 *
 * @returns what the list was, for the statistics
 */
export async function forgetList(
  { cache, computations }: { cache: ArtistsCache; computations: ComputationStore },
  userId: string,
): Promise<StoredList | undefined> {
  await computations.forget(userId);
  return cache.invalidateUser(userId);
}
