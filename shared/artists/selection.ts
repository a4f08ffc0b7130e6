import { randomBytes } from 'node:crypto';
import type { ArtistsCache } from '../cache/artists-cache.ts';
import { NEVER_SELECTED } from '../cache/entry.ts';
import type { Observe } from '../cache/events.ts';
import { SelectionLimitReached, StorageUnavailable } from '../errors.ts';
import { type TableDeps, tableOf } from '../storage/document-client.ts';

/** At 24 bytes each the item stays at 120 KB. */
const MAX_SELECTED = 5_000;
/** Each further round answers a change by another request: a person does not tap that fast. */
const MAX_ROUNDS = 60;

/** A change is made to the selection that it saw: a late duplicate of it changes nothing. */
const UNCHANGED = 'revision = :seen';
const NEVER_CHANGED = 'attribute_not_exists(revision)';

const selectionKey = (userId: string) => ({ pk: `user:${userId}`, sk: 'selection' });

/** The selected artists. `revision` is another with each change. */
export interface Selection {
  selected: ReadonlySet<string>;
  revision: string;
}

export type SelectionStore = ReturnType<typeof createSelectionStore>;

/**
 * The artists that a user selected: one set in one item. It is the user's own choice and not the platform's data, so it
 * survives a disconnection.
 *
 * @throws StorageUnavailable when DynamoDB does not answer.
 */
export function createSelectionStore(deps: TableDeps) {
  const table = tableOf(deps);

  /** Strongly consistent: what a toggle answered must show in every list from then on. */
  async function read(userId: string): Promise<Selection> {
    const item = await table.get(selectionKey(userId));
    return {
      selected: item?.selected ?? new Set(),
      revision: item?.revision ?? NEVER_SELECTED,
    };
  }

  return {
    read,

    /**
     * Selects (`true`) or deselects (`false`) an artist, or turns its selection round when `wanted` is undefined.
     * Returns what it is now, and the revision of the selection that says so. What already is as wanted is not written.
     *
     * @throws SelectionLimitReached beyond 5,000.
     */
    async set(userId: string, artistId: string, wanted?: boolean) {
      const revision = randomBytes(9).toString('base64url');
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const seen = await read(userId);
        const isSelected = seen.selected.has(artistId);
        // The SDK repeated a write that had taken effect, and was told that the condition failed.
        if (seen.revision === revision) return { selected: isSelected, revision };
        const selected = wanted ?? !isSelected;
        if (selected === isSelected) return { selected, revision: seen.revision };
        if (selected && seen.selected.size >= MAX_SELECTED) throw limitReached();
        const isFirst = seen.revision === NEVER_SELECTED;
        const changed = await table.update(
          selectionKey(userId),
          `${selected ? 'ADD' : 'DELETE'} selected :one SET revision = :revision`,
          {
            condition: isFirst ? NEVER_CHANGED : UNCHANGED,
            values: {
              ':one': new Set([artistId]),
              ':revision': revision,
              ':seen': isFirst ? undefined : seen.revision,
            },
          },
        );
        if (changed) return { selected, revision };
      }
      throw new StorageUnavailable('too many changes of one selection at once', { retryAfterSeconds: 1 });
    },
  };
}

const limitReached = () => new SelectionLimitReached(`no more than ${MAX_SELECTED} artists can be selected`);

interface ToggleDeps {
  cache: Pick<ArtistsCache, 'invalidateSelection'>;
  selections: SelectionStore;
  observe: Observe;
}

/**
 * Sets or, when `selected` is undefined, flips the selection, then makes the cached list a fallback only. In this
 * order: a computation that read the old selection began before, and the second write makes it void. A crash between
 * the two leaves no answer; asking again completes it, because the list then is not in step with the selection. A
 * toggle that changes nothing finds the list in step and leaves it alone.
 *
 * @returns whether the artist is selected now
 * @throws SelectionLimitReached or StorageUnavailable. Asking again sets things right, unless it flips.
 */
export async function toggleArtist(
  { cache, selections, observe }: ToggleDeps,
  userId: string,
  artistId: string,
  wanted: boolean | undefined,
  nowMs: number,
): Promise<boolean> {
  const { selected, revision } = await selections.set(userId, artistId, wanted);
  observe({ name: 'toggled' });
  await cache.invalidateSelection(userId, revision, nowMs);
  return selected;
}
