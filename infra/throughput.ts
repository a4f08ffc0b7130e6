import { EXPIRY_INDEX } from '../shared/cache/keys.ts';
import type { Config } from './config.ts';

/** Units a second at which DynamoDB stops, on demand or not. Beyond them it throttles, and `table-throttles` tells. */
interface Throughput {
  readonly maxReadRequestUnits: number;
  readonly maxWriteRequestUnits: number;
}

const atMost = (reads: number, writes: number): Throughput => ({
  maxReadRequestUnits: reads,
  maxWriteRequestUnits: writes,
});

/**
 * Brakes on cost: a loop in a client, or an attack, ends here and not in the bill. In prod about twice the peak that
 * docs/deploy.md plans for, and below the 40,000 that a table has by default; in dev enough for a few people.
 */
const limits = {
  prod: {
    cache: atMost(25_000, 10_000),
    [EXPIRY_INDEX]: atMost(25_000, 5_000),
    account: atMost(10_000, 5_000),
  },
  dev: { cache: atMost(1_000, 500), [EXPIRY_INDEX]: atMost(1_000, 500), account: atMost(500, 500) },
} satisfies Record<Config['stage'], Record<string, Throughput>>;

/** @param place a table, or the index of one */
export function maximumThroughput(
  { stage }: Pick<Config, 'stage'>,
  place: 'cache' | 'account' | typeof EXPIRY_INDEX,
): Throughput {
  return limits[stage][place];
}
