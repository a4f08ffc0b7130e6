import type { Clock } from '../../shared/clock.ts';
import { createRevocationStorm } from '../../shared/platforms/revocation-storm.ts';
import { TABLES } from './dynalite.ts';
import { createFakeTables } from './fake-tables.ts';

/** What instances know of revocations, by default one alone. */
export const aStorm = (clock: Clock, { db } = createFakeTables()) =>
  createRevocationStorm({ db, table: TABLES.cache, clock });
