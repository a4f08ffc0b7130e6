import { isDeepStrictEqual } from 'node:util';
import { NotFaked, validationException } from './faults.ts';

export type Item = Record<string, unknown>;

/** A value as DynamoDB would give it back: a copy, without undefined members, bytes as plain Uint8Array. */
export function copyValue(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotFaked(`the SDK refuses the number ${value}`);
    return value;
  }
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Set) {
    if (value.size === 0) throw validationException('An string set may not be empty');
    return new Set([...value].map(copyValue));
  }
  if (Array.isArray(value)) return value.filter((element) => element !== undefined).map(copyValue);
  if (isPlainMap(value)) return copyMap(value);
  throw new NotFaked(`a value of type ${typeof value}`);
}

export function copyMap(map: Item): Item {
  const copy: Item = {};
  for (const name in map) if (map[name] !== undefined) copy[name] = copyValue(map[name]);
  return copy;
}

export function isPlainMap(value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function areEqual(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && isDeepStrictEqual(a, b));
}

/** Below, at or above zero, or undefined when the two have no order: of different types, or absent. */
export function compareValues(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return undefined;
}

/** As the function `size` counts: characters, bytes, or members. */
export function countOf(value: unknown): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  if (value instanceof Set) return value.size;
  return isPlainMap(value) ? Object.keys(value).length : undefined;
}

/** What DynamoDB takes in one item, names included. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** The bytes that DynamoDB charges for an item, after its published rules. */
export function sizeOfItem(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + textBytes(name) + sizeOfValue(value), 0);
}

const textBytes = (text: string) => Buffer.byteLength(text);

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/[-.]/g, '').length / 2) + 1;
  if (value instanceof Uint8Array) return value.byteLength;
  if (value instanceof Set) return [...value].reduce<number>((sum, member) => sum + sizeOfValue(member), 0);
  if (Array.isArray(value)) return value.reduce((sum, element) => sum + 1 + sizeOfValue(element), 3);
  if (isPlainMap(value)) return 3 + Object.keys(value).length + sizeOfItem(value);
  return 1;
}
