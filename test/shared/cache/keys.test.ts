import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  computationKey,
  cooldownKey,
  EXPIRY_SHARDS,
  entryKey,
  expiryHour,
  expiryShards,
  partKey,
} from '../../../shared/cache/keys.ts';

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

test('the lists of an hour are spread evenly over its shards, each user’s always into the same', () => {
  const seconds = Date.parse('2026-11-22T16:59:59.000Z') / 1000;
  const shards = new Map(expiryShards(seconds).map((shard) => [shard, 0]));
  expect([...shards.keys()].slice(0, 2)).toEqual(['2026-11-22T16#0', '2026-11-22T16#1']);
  expect(shards.size).toBe(EXPIRY_SHARDS);
  for (let user = 0; user < 16_000; user += 1) {
    const shard = expiryHour(`user-${user}`, seconds);
    expect(expiryHour(`user-${user}`, seconds - 3_000)).toBe(shard);
    shards.set(shard, (shards.get(shard) ?? Number.NaN) + 1);
  }
  for (const lists of shards.values())
    expect(Math.abs(lists / (16_000 / EXPIRY_SHARDS) - 1)).toBeLessThan(0.15);
});
