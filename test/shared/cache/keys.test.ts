import fc from 'fast-check';
import { expect, test } from 'vitest';
import { computationKey, cooldownKey, entryKey, partKey } from '../../../shared/cache/keys.ts';

const userId = fc.oneof(
  fc.string(),
  fc.constantFrom('spotify', 'a', 'a:1', 'user_artists:a', 'part:g:1:a', 'a1', 'a11', '1', '11'),
);
const generation = fc.constantFrom('g', 'g1', '-');
const part = fc.constantFrom(1, 2, 11, 12);

test('no user id can name another user’s item, or an item of another kind', () => {
  const named = fc.oneof(
    userId.map((user) => ({ what: ['entry', user], key: entryKey(user) })),
    userId.map((user) => ({ what: ['computation', user], key: computationKey(user) })),
    fc
      .tuple(userId, generation, part)
      .map(([user, of, n]) => ({ what: ['part', user, of, n], key: partKey(user, of, n) })),
    fc.constant({ what: ['cool-down'], key: cooldownKey }),
  );
  fc.assert(
    fc.property(fc.array(named, { minLength: 20, maxLength: 60 }), (all) => {
      const things = new Set(all.map(({ what }) => JSON.stringify(what)));
      expect(new Set(all.map(({ key }) => key.pk)).size).toBe(things.size);
    }),
    { numRuns: 500 },
  );
});
