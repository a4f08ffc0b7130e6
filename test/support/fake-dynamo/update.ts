import { evaluate, resolveStep, type Scope, valueAt } from './evaluate.ts';
import { NotFaked, validationException } from './faults.ts';
import type { Path, Step, Update } from './parse.ts';
import { areEqual, copyMap, copyValue, type Item, isPlainMap } from './values.ts';

export const pathsOf = ({ set, remove, add, delete: del }: Update): Path[] => [
  ...[...set, ...add, ...del].map(({ path }) => path),
  ...remove,
];

/** The item after the update. Every right side is read from the item as it was before. */
export function applyUpdate(update: Update, scope: Scope): Item {
  refuseOverlaps(update, scope.names);
  const after = copyMap(scope.item);
  const changes = update.set.map(({ path, to }) => ({ path, value: evaluate(to, scope) }));
  for (const { path, value } of changes) {
    if (value === undefined)
      throw validationException(
        'The provided expression refers to an attribute that does not exist in the item',
      );
    put(after, path, copyValue(value), scope.names);
  }
  for (const { path, value } of update.add) {
    put(after, path, sumOf(valueAt(scope.item, path, scope.names), evaluate(value, scope)), scope.names);
  }
  for (const { path, value } of update.delete) {
    const rest = difference(valueAt(scope.item, path, scope.names), evaluate(value, scope));
    if (rest === undefined) removeAt(after, path, scope.names);
    else put(after, path, rest, scope.names);
  }
  for (const path of byLastIndexFirst(update.remove)) removeAt(after, path, scope.names);
  return after;
}

function refuseOverlaps(update: Update, names: Scope['names']): void {
  const keys = pathsOf(update).map((path) => path.map((step) => resolveStep(step, names)));
  for (const [i, a] of keys.entries())
    for (const b of keys.slice(i + 1)) {
      const shorter = Math.min(a.length, b.length);
      if (areEqual(a.slice(0, shorter), b.slice(0, shorter)))
        throw validationException('Two document paths overlap with each other');
    }
}

/** Removing an element moves those behind it. */
const byLastIndexFirst = (paths: readonly Path[]) =>
  paths.toSorted((a, b) => (typeof a.at(-1) === 'number' ? Number(b.at(-1)) - Number(a.at(-1)) : 0));

function parentOf(item: Item, path: Path, names: Scope['names']): [parent: unknown, key: Step] {
  return [valueAt(item, path.slice(0, -1), names), resolveStep(path.at(-1) as Step, names)];
}

function put(item: Item, path: Path, value: unknown, names: Scope['names']): void {
  const [parent, key] = parentOf(item, path, names);
  if (typeof key === 'number' && Array.isArray(parent)) parent[Math.min(key, parent.length)] = value;
  else if (typeof key === 'string' && isPlainMap(parent)) parent[key] = value;
  else throw validationException('The document path provided in the update expression is invalid for update');
}

function removeAt(item: Item, path: Path, names: Scope['names']): void {
  const [parent, key] = parentOf(item, path, names);
  if (typeof key === 'number' && Array.isArray(parent)) {
    if (key < parent.length) parent.splice(key, 1);
  } else if (typeof key === 'string' && isPlainMap(parent)) delete parent[key];
  else throw validationException('The document path provided in the update expression is invalid for update');
}

function sumOf(before: unknown, value: unknown): unknown {
  if (typeof value === 'number' && (before === undefined || typeof before === 'number'))
    return (before ?? 0) + value;
  if (value instanceof Set && (before === undefined || before instanceof Set))
    return new Set([...(before ?? []), ...value]);
  throw new NotFaked('ADD of these types');
}

function difference(before: unknown, value: unknown): Set<unknown> | undefined {
  if (!(value instanceof Set)) throw new NotFaked('DELETE of anything but a set');
  if (before === undefined) return undefined;
  const rest = new Set([...(before as Set<unknown>)].filter((member) => !value.has(member)));
  return rest.size > 0 ? rest : undefined;
}
