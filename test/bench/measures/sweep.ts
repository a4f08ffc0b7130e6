import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { packList } from '../../../shared/cache/entry.ts';
import { createSweep } from '../../../shared/cache/sweep-expired.ts';
import { createDocumentClient } from '../../../shared/storage/document-client.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import type { Metered } from '../dynamodb-process.ts';
import { measure } from '../measure.ts';

const HOUR_MS = 3_600_000;
const WINDOWS = { freshMs: 3 * HOUR_MS, keepMs: 6 * HOUR_MS };
const EXPIRED = 200;
const BATCH = 25;

export interface SweepCost {
  live: number;
  deleted: number;
  /** An expired entry. */
  readUnits: number;
  writeUnits: number;
  calls: number;
}

await measure<SweepCost[]>(async ({ quick, dynamodbUrl, progress, ask }) => {
  const table = process.env.CACHE_TABLE as string;
  // Past the meter.
  const filler = new DynamoDBClient({ endpoint: dynamodbUrl });
  const sweep = createSweep({ db: createDocumentClient(), table });
  const artists = realisticArtists(10);
  const nowMs = Date.now();
  let users = 0;

  /** Adds users whose lists are `ageMs` old. */
  async function fill(count: number, ageMs: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) {
      const requests = Array.from({ length: Math.min(BATCH, left) }, () => {
        users += 1;
        const { item } = packList(`swept-${users}`, { artists, computedAtMs: nowMs - ageMs }, WINDOWS);
        return { PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) } };
      });
      await filler.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  }

  const costs: SweepCost[] = [];
  let live = 0;
  for (const target of quick ? [1_000, 4_000] : [1_000, 10_000, 100_000]) {
    progress(`sweep: filling up to ${target} live entries`);
    await fill(target - live, HOUR_MS);
    live = target;
    await fill(EXPIRED, 7 * HOUR_MS);
    await ask<Metered>();
    const { deleted } = await sweep({ nowMs, isOutOfTime: () => false });
    const { readUnits, writeUnits, calls } = await ask<Metered>();
    costs.push({
      live,
      deleted,
      readUnits: readUnits / EXPIRED,
      writeUnits: writeUnits / EXPIRED,
      calls: calls / EXPIRED,
    });
  }
  return costs;
});
