import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSelectionStore, toggleArtist } from '../../../shared/artists/selection.ts';
import { createArtistsCache } from '../../../shared/cache/artists-cache.ts';
import { NEVER_SELECTED, NO_FENCE } from '../../../shared/cache/entry.ts';
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
  await cache.set('alice', { artists: realisticArtists(10), computedAtMs: NOW }, { fence: NO_FENCE });
  return { cache, selections, observe: () => undefined, nowScheduled: (on: boolean) => (scheduled = on) };
}

const at = (selected: boolean | undefined, list: Awaited<ReturnType<typeof aList>>, artist = 3) =>
  toggleArtist(list, 'alice', realisticArtists(10)[artist]?.id ?? '', selected, NOW);
const stateOf = async ({ cache }: Awaited<ReturnType<typeof aList>>) =>
  (await cache.get('alice', 0, 10, NOW)).state;
/** Computes anew, as the next read does. */
async function recompute({ cache, selections }: Awaited<ReturnType<typeof aList>>) {
  const { fence, stored } = await cache.get('alice', 0, 10, NOW);
  const { revision } = await selections.read('alice');
  const list = { artists: realisticArtists(10), computedAtMs: NOW, selectionRevision: revision };
  await cache.set('alice', list, { fence, stored });
}

test('toggles at once, in any order: the list is outdated, and in step with what is stored', async () => {
  const toggle = fc.constantFrom(true, false, undefined);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(toggle, { minLength: 2, maxLength: 3 }), async (s, toggles) => {
      const list = await aList((execute) => s.schedule(Promise.resolve()).then(execute));
      await at(true, list, 4);
      list.nowScheduled(true);
      await s.waitFor(Promise.all(toggles.map((selected) => at(selected, list))));
      list.nowScheduled(false);
      expect(await stateOf(list)).toBe('old');
    }),
    { numRuns: 300 },
  );
});

test('a toggle that changes nothing leaves the list fresh', async () => {
  const list = await aList((send) => send());
  expect(await at(false, list)).toBe(false);
  expect(await stateOf(list)).toBe('fresh');
  expect(await at(true, list)).toBe(true);
  expect(await stateOf(list)).toBe('old');
  await recompute(list);
  for (let i = 0; i < 25; i += 1) expect(await at(true, list)).toBe(true);
  expect(await stateOf(list)).toBe('fresh');
});

test('deselecting what was never selected writes nothing', async () => {
  const list = await aList((send) => send());
  for (let i = 0; i < 20; i += 1) await toggleArtist(list, 'alice', `${i}`.padStart(22, 'x'), false, NOW);
  expect(await list.selections.read('alice')).toEqual({ selected: new Set(), revision: NEVER_SELECTED });
});

test('asking again completes a toggle that died between its two writes', async () => {
  const list = await aList((send) => send());
  await list.selections.set('alice', realisticArtists(10)[3]?.id ?? '', true);
  expect(await stateOf(list)).toBe('fresh');
  await at(true, list);
  expect(await stateOf(list)).toBe('old');
});
