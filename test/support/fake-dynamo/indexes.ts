import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { TableSpec } from './query.ts';
import type { Item } from './values.ts';

/** The items of each index by their hash, so that a query looks at its own partition and not at the table. */
export function createIndexes({ indexes = {} }: TableSpec) {
  const partitions = new Map(Object.keys(indexes).map((name) => [name, new Map<unknown, Set<Item>>()]));

  return {
    replace(before: Item | undefined, after: Item | undefined): void {
      for (const [name, { hash }] of Object.entries(indexes)) {
        const byHash = partitions.get(name) as Map<unknown, Set<Item>>;
        if (before?.[hash] !== undefined) byHash.get(before[hash])?.delete(before);
        if (after?.[hash] === undefined) continue;
        const partition = byHash.get(after[hash]) ?? new Set();
        byHash.set(after[hash], partition.add(after));
      }
    },

    /** What a query of an index by `:value` of its hash can find; undefined: the table itself must be looked through. */
    candidates({
      IndexName,
      KeyConditionExpression = '',
      ExpressionAttributeValues = {},
    }: QueryCommandInput) {
      const hash = indexes[IndexName ?? '']?.hash;
      const value = hash && new RegExp(`^${hash} = (:\\w+)`).exec(KeyConditionExpression)?.[1];
      if (!value) return undefined;
      return partitions.get(IndexName ?? '')?.get(ExpressionAttributeValues[value]) ?? [];
    },
  };
}
