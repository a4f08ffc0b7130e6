import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSelectionStore } from '../../../shared/artists/selection-store.ts';
import { toggleArtist } from '../../../shared/artists/toggle-artist.ts';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

/** A user with a cached list, whose storage answers in the order that `schedule` decides. */
async function aList(schedule: (send: () => Promise<object>) => Promise<object>) {
  const tables = createFakeTables();
  let scheduled = false;
  const send = (command: never) => {
    const execute = async () => tables.execute(command);
    return scheduled ? schedule(execute) : execute();
  };
  const db = { send } as never;
  const cache = createArtistsCache({
    db,
    table: TABLES.cache,
    windows: { freshMs: 3 * HOUR, keepMs: 6 * HOUR },
  });
  const selections = createSelectionStore({ db, table: TABLES.account });
  await cache.reserve('alice', NOW);
  const { fence = '' } = await cache.get('alice', 0, 10, NOW);
  await cache.set('alice', { artists: realisticArtists(10), computedAtMs: NOW }, { fence });
  return { cache, selections, nowScheduled: (on: boolean) => (scheduled = on) };
}

test('two toggles of one artist at once, in any order: the list shows what is stored', async () => {
  const toggle = fc.constantFrom(true, false, undefined);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(toggle, { minLength: 2, maxLength: 3 }), async (s, toggles) => {
      const list = await aList((execute) => s.schedule(Promise.resolve()).then(execute));
      const artistId = realisticArtists(10)[3]?.id ?? '';
      list.nowScheduled(true);
      await s.waitFor(
        Promise.all(toggles.map((selected) => toggleArtist(list, 'alice', artistId, selected))),
      );
      list.nowScheduled(false);
      const found = await list.cache.get('alice', 0, 10, NOW);
      const shown = found.state === 'old' && found.copy.artists[3]?.selected;
      expect([found.state, shown]).toEqual(['old', (await list.selections.read('alice')).has(artistId)]);
    }),
    { numRuns: 300 },
  );
});
