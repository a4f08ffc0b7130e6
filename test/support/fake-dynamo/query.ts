import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { holds, type Scope } from './evaluate.ts';
import { NotFaked, validationException } from './faults.ts';
import { type Condition, type Path, parseCondition, parseProjection } from './parse.ts';
import { project } from './project.ts';
import { areEqual, compareValues, type Item, sizeOfItem } from './values.ts';

/** How a table or one of its indexes is ordered. */
export interface KeyNames {
  hash: string;
  range?: string;
}
export interface IndexSpec extends KeyNames {
  /** What the index carries beside keys. */
  include: readonly string[] | 'ALL';
}
export interface TableSpec extends KeyNames {
  indexes?: Readonly<Record<string, IndexSpec>>;
}

/** A page of the items whose keys fit, in the order of the range key. */
export function query(items: Iterable<Item>, table: TableSpec, input: QueryCommandInput) {
  const keys = keysOf(table, input);
  const scope = {
    names: input.ExpressionAttributeNames ?? {},
    values: input.ExpressionAttributeValues ?? {},
  };
  const condition = parseCondition(input.KeyConditionExpression ?? '');
  requireKeysOnly(condition, keys, scope.names);
  const found = [...items]
    .filter((item) => item[keys.hash] !== undefined && (!keys.range || item[keys.range] !== undefined))
    .filter((item) => holds(condition, { item, ...scope }))
    .sort((a, b) => order(a, b, keys, table));
  if (input.ScanIndexForward === false) found.reverse();
  const from = input.ExclusiveStartKey ? afterKey(found, input.ExclusiveStartKey) : 0;
  const page = found.slice(from, from + (input.Limit ?? Number.POSITIVE_INFINITY));
  const passing = input.FilterExpression
    ? page.filter((item) => holds(parseCondition(input.FilterExpression as string), { item, ...scope }))
    : page;
  const bytes = page.reduce((sum, item) => sum + sizeOfItem(carriedBy(item, table, keys, input)), 0);
  const isLast = from + page.length >= found.length;
  const last = page.at(-1);
  return {
    Items: passing.map((item) => visible(item, table, keys, input)),
    Count: passing.length,
    ScannedCount: page.length,
    ...(input.ReturnConsumedCapacity && { ConsumedCapacity: { CapacityUnits: unitsOf(bytes, input) } }),
    LastEvaluatedKey: isLast || !last ? undefined : keyOf(last, table, keys),
  };
}

function keysOf(table: TableSpec, { IndexName, ConsistentRead }: QueryCommandInput): KeyNames {
  if (!IndexName) return table;
  const index = table.indexes?.[IndexName];
  if (!index) throw validationException(`The table does not have the specified index: ${IndexName}`);
  if (ConsistentRead)
    throw validationException('Consistent reads are not supported on global secondary indexes');
  return index;
}

/** `hash = :x`, or that AND a comparison of the range key. */
function requireKeysOnly(condition: Condition, keys: KeyNames, names: Scope['names']): void {
  const parts = condition.kind === 'and' ? [condition.left, condition.right] : [condition];
  const nameOf = (part: Condition) => {
    const of = part.kind === 'compare' ? part.left : part.kind === 'between' ? part.of : undefined;
    const first = part.kind === 'test' ? part.args[0] : of;
    if (first?.kind !== 'path' || first.path.length !== 1) throw new NotFaked('this key condition');
    return names[first.path[0] as string] ?? first.path[0];
  };
  const hashes = parts.filter(
    (part) => nameOf(part) === keys.hash && part.kind === 'compare' && part.operator === '=',
  );
  const others = parts.filter((part) => nameOf(part) !== keys.hash);
  if (hashes.length !== 1 || others.some((part) => nameOf(part) !== keys.range))
    throw validationException('Query condition missed key schema element');
}

function order(a: Item, b: Item, keys: KeyNames, table: TableSpec): number {
  const byRange = keys.range ? (compareValues(a[keys.range], b[keys.range]) ?? 0) : 0;
  return byRange || (compareValues(a[table.hash], b[table.hash]) ?? 0);
}

const keyOf = (item: Item, table: TableSpec, keys: KeyNames): Item =>
  Object.fromEntries(
    [table.hash, table.range, keys.hash, keys.range]
      .filter((name): name is string => name !== undefined)
      .map((name) => [name, item[name]]),
  );

/** Where a query goes on. An item that was deleted meanwhile is looked for by its place: not needed, so not faked. */
function afterKey(found: readonly Item[], start: Item): number {
  const at = found.findIndex((item) => Object.keys(start).every((name) => areEqual(item[name], start[name])));
  return at < 0 ? startOf(found, start) : at + 1;
}

/** The item of the start key is gone or has moved: what comes after its old place. */
function startOf(found: readonly Item[], start: Item): number {
  const at = found.findIndex((item) =>
    Object.keys(start).some((name) => (compareValues(item[name], start[name]) ?? 0) > 0),
  );
  return at < 0 ? found.length : at;
}

/** A page costs half a read unit for each 4 KB that it looked through, twice that when strongly consistent. */
const unitsOf = (bytes: number, { ConsistentRead }: QueryCommandInput) =>
  Math.max(1, Math.ceil(bytes / 4096)) * (ConsistentRead ? 1 : 0.5);

function carriedBy(item: Item, table: TableSpec, keys: KeyNames, input: QueryCommandInput): Item {
  const index = input.IndexName ? table.indexes?.[input.IndexName] : undefined;
  if (!index || index.include === 'ALL') return item;
  const carried = keyOf(item, table, keys);
  for (const name of index.include) if (item[name] !== undefined) carried[name] = item[name];
  return carried;
}

function visible(item: Item, table: TableSpec, keys: KeyNames, input: QueryCommandInput): Item {
  const names = input.ExpressionAttributeNames ?? {};
  const carried = carriedBy(item, table, keys, input);
  const paths: readonly Path[] = input.ProjectionExpression
    ? parseProjection(input.ProjectionExpression)
    : [];
  return project(carried, paths, names);
}
