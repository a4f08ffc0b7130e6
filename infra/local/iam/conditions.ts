/** One line of a `Condition`: all of them must hold. `key` in lower case, as condition keys have no case. */
export interface Condition {
  /** Such as `StringEquals` or `ForAllValues:StringLike`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

type Context = Readonly<Record<string, readonly string[]>>;

const comparisons: Readonly<Record<string, (expected: string, actual: string) => boolean>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: matchesPattern,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
};

/**
 * Whether a condition holds, for the operators that the policies of this service use.
 * @throws Error for any other operator, because to guess would prove nothing
 */
export function holds({ operator, key, values }: Condition, context: Context): boolean {
  const actual = context[key];
  if (operator === 'Null') return values.includes(String(actual === undefined));
  const [quantifier, name] = operator.includes(':') ? operator.split(':') : [undefined, operator];
  const compare = comparisons[name ?? ''];
  if (!compare) throw new Error(`condition operator ${operator} is not understood here`);
  const isExpected = (one: string) => values.some((expected) => compare(expected, one));
  switch (quantifier) {
    case 'ForAllValues':
      // Of no values, all fit: IAM's trap, for which policies add `Null: false`.
      return (actual ?? []).every(isExpected);
    case 'ForAnyValue':
      return (actual ?? []).some(isExpected);
    case undefined:
      return actual !== undefined && actual.length === 1 && actual.every(isExpected);
    default:
      throw new Error(`condition operator ${operator} is not understood here`);
  }
}

/** `*` stands for any characters, `?` for one. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}
