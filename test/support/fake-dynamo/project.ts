import { resolveStep, type Scope } from './evaluate.ts';
import type { Path, Step } from './parse.ts';
import { copyMap, copyValue, type Item, isPlainMap } from './values.ts';

/** The paths asked for, as a tree; an empty one asks for everything below. */
type Wanted = Map<Step, Wanted>;

/** The parts of an item at these paths, copied. Elements of a list come in their order and without the gaps. */
export function project(item: Item, paths: readonly Path[], names: Scope['names']): Item {
  const wanted: Wanted = new Map();
  for (const path of paths) {
    let node = wanted;
    for (const step of path) {
      const key = resolveStep(step, names);
      const below: Wanted = node.get(key) ?? new Map();
      node.set(key, below);
      node = below;
    }
  }
  return (wanted.size === 0 ? copyMap(item) : (pick(item, wanted) ?? {})) as Item;
}

function pick(value: unknown, wanted: Wanted): unknown {
  if (value === undefined) return undefined;
  if (wanted.size === 0) return copyValue(value);
  if (Array.isArray(value)) {
    const indexes = [...wanted.keys()].filter((key) => typeof key === 'number').sort((a, b) => a - b);
    const picked = indexes.map((index) => pick(value[index], wanted.get(index) as Wanted));
    const found = picked.filter((element) => element !== undefined);
    return found.length > 0 ? found : undefined;
  }
  if (!isPlainMap(value)) return undefined;
  const picked: Item = {};
  for (const [key, below] of wanted) {
    const inner = typeof key === 'string' && Object.hasOwn(value, key) ? pick(value[key], below) : undefined;
    if (inner !== undefined) picked[key] = inner;
  }
  return Object.keys(picked).length > 0 ? picked : undefined;
}
