import type { ArtistsClient } from './create-client.ts';
import { dataOf } from './failure.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];
export type Artist = Schemas['Artist'];
export type ArtistsPage = Schemas['GetArtistsReply'];

export interface PagesOptions {
  /** Artists a page, 1 to 100; 50 unless given. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface NextArtists {
  /** Those of the page that came in no page before. */
  readonly artists: readonly Artist[];
  /** The page as the service gave it. */
  readonly page: ArtistsPage;
}

/** After so many new lists the rest is read as it comes: a list that changes without end would never be read to its end. */
const MOST_RESTARTS = 3;

/**
 * The whole list page by page, best score first, each artist once. All pages come from one computed list; when another
 * one takes its place in between, artists may have moved to pages that were read already. Reading then begins anew at
 * the first page and gives what was not given before.
 *
 * @throws ArtistsApiError, and what `fetch` throws
 */
export async function* pages(
  client: ArtistsClient,
  { limit = 50, signal }: PagesOptions = {},
): AsyncGenerator<NextArtists, void, void> {
  const given = new Set<string>();
  let listOf: string | undefined;
  let restarts = 0;
  for (let number = 0; ; number++) {
    const query = { page: number, limit };
    const reply = await client.GET('/api/user/artists', { params: { query }, ...(signal && { signal }) });
    const page = dataOf(reply);
    const { cached_at, pagination, artists } = page.data;
    const isFirst = listOf === undefined;
    const isAnother = !isFirst && cached_at !== listOf;
    listOf = cached_at;
    const fresh = artists.filter(({ id }) => !given.has(id));
    for (const { id } of fresh) given.add(id);
    if (fresh.length > 0 || isFirst) yield { artists: fresh, page };
    if (isAnother && restarts < MOST_RESTARTS) {
      restarts++;
      number = -1;
    } else if (!pagination.has_next) {
      return;
    }
  }
}
