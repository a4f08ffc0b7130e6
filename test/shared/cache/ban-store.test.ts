import { expect, it } from 'vitest';
import { createBanStore } from '../../../shared/cache/ban-store.ts';
import { ALL_CALLS, banVerdict } from '../../../shared/cache/bans.ts';
import { PlatformRateLimited } from '../../../shared/errors.ts';
import { NOON } from '../../support/a-clock.ts';
import { TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';

const limited = (retryAfterSeconds: number) => new PlatformRateLimited('429', { retryAfterSeconds });

it('an instance that meets a 429 goes by the longer ban that another has begun, from then on', async () => {
  const store = { db: createFakeTables().db, table: TABLES.cache };
  const [ours, others] = [createBanStore(store), createBanStore(store)];
  expect(await ours.read(NOON)).toEqual(new Map());
  expect(await others.start(limited(390), NOON)).toBe(390);

  expect(await ours.start(limited(90), NOON + 100)).toBe(0);

  const known = await ours.read(NOON + 200);
  expect(banVerdict(known, [ALL_CALLS], NOON + 200)).toMatchObject({ kind: 'denied' });
});
