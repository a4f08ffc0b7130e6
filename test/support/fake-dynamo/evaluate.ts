import { NotFaked, validationException } from './faults.ts';
import type { Condition, Operand, Path, Step } from './parse.ts';
import { areEqual, compareValues, countOf, type Item, isPlainMap } from './values.ts';

/** What an expression is evaluated against. */
export interface Scope {
  item: Item;
  names: Readonly<Record<string, string>>;
  values: Readonly<Record<string, unknown>>;
}

export function resolveStep(step: Step, names: Scope['names']): Step {
  if (typeof step === 'number' || !step.startsWith('#')) return step;
  const name = names[step];
  if (name === undefined) throw validationException(`An expression attribute name is not defined: ${step}`);
  return name;
}

export function valueAt(item: unknown, path: Path, names: Scope['names']): unknown {
  let value = item;
  for (const step of path) {
    const key = resolveStep(step, names);
    if (typeof key === 'number') value = Array.isArray(value) ? value[key] : undefined;
    else value = isPlainMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** The value of an operand; undefined for an attribute that is not there. */
export function evaluate(operand: Operand, scope: Scope): unknown {
  switch (operand.kind) {
    case 'path':
      return valueAt(scope.item, operand.path, scope.names);
    case 'value': {
      const value = scope.values[operand.name];
      if (value === undefined)
        throw validationException(`An expression attribute value is not defined: ${operand.name}`);
      return value;
    }
    case 'call':
      return call(operand.name, operand.args, scope);
    case 'sum': {
      const left = evaluate(operand.left, scope);
      const right = evaluate(operand.right, scope);
      if (typeof left !== 'number' || typeof right !== 'number')
        throw validationException('Incorrect operand type for operator');
      return left + operand.sign * right;
    }
  }
}

function call(name: string, args: readonly Operand[], scope: Scope): unknown {
  const [first, second] = args as [Operand, Operand];
  switch (name) {
    case 'size':
      return countOf(evaluate(first, scope));
    case 'if_not_exists':
      return evaluate(first, scope) ?? evaluate(second, scope);
    case 'list_append':
      return [...(evaluate(first, scope) as unknown[]), ...(evaluate(second, scope) as unknown[])];
    default:
      throw new NotFaked(`the function ${name}`);
  }
}

export function holds(condition: Condition, scope: Scope): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, scope) && holds(condition.right, scope);
    case 'or':
      return holds(condition.left, scope) || holds(condition.right, scope);
    case 'not':
      return !holds(condition.of, scope);
    case 'compare':
      return compares(condition.operator, evaluate(condition.left, scope), evaluate(condition.right, scope));
    case 'between': {
      const value = evaluate(condition.of, scope);
      return (
        compares('>=', value, evaluate(condition.low, scope)) &&
        compares('<=', value, evaluate(condition.high, scope))
      );
    }
    case 'in': {
      const value = evaluate(condition.of, scope);
      return condition.among.some((member) => areEqual(value, evaluate(member, scope)));
    }
    case 'test':
      return passes(condition.name, condition.args, scope);
  }
}

/** An attribute that is not there equals nothing, is unequal to everything, and has no order. */
function compares(operator: string, left: unknown, right: unknown): boolean {
  if (operator === '=') return left !== undefined && areEqual(left, right);
  if (operator === '<>') return left === undefined || !areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

const TYPES: Record<string, (value: unknown) => boolean> = {
  S: (value) => typeof value === 'string',
  N: (value) => typeof value === 'number',
  B: (value) => value instanceof Uint8Array,
  BOOL: (value) => typeof value === 'boolean',
  NULL: (value) => value === null,
  L: Array.isArray,
  M: isPlainMap,
};

function passes(name: string, args: readonly Operand[], scope: Scope): boolean {
  const [first, second] = args as [Operand, Operand];
  const value = evaluate(first, scope);
  switch (name) {
    case 'attribute_exists':
      return value !== undefined;
    case 'attribute_not_exists':
      return value === undefined;
    case 'begins_with':
      return typeof value === 'string' && value.startsWith(evaluate(second, scope) as string);
    case 'contains':
      return contains(value, evaluate(second, scope));
    default: {
      const isOfType = TYPES[evaluate(second, scope) as string];
      if (!isOfType) throw new NotFaked('this type in attribute_type');
      return isOfType(value);
    }
  }
}

function contains(value: unknown, wanted: unknown): boolean {
  if (typeof value === 'string') return typeof wanted === 'string' && value.includes(wanted);
  if (value instanceof Set) return [...value].some((member) => areEqual(member, wanted));
  return Array.isArray(value) && value.some((member) => areEqual(member, wanted));
}
