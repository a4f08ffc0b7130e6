import { NotFaked, validationException } from './faults.ts';

/** A step of a document path: an attribute (`name` or `#placeholder`) or an index of a list. */
export type Step = string | number;
export type Path = readonly Step[];

export type Operand =
  | { kind: 'path'; path: Path }
  | { kind: 'value'; name: string }
  | { kind: 'call'; name: string; args: Operand[] }
  | { kind: 'sum'; sign: 1 | -1; left: Operand; right: Operand };

export type Condition =
  | { kind: 'and' | 'or'; left: Condition; right: Condition }
  | { kind: 'not'; of: Condition }
  | { kind: 'compare'; operator: string; left: Operand; right: Operand }
  | { kind: 'between'; of: Operand; low: Operand; high: Operand }
  | { kind: 'in'; of: Operand; among: Operand[] }
  | { kind: 'test'; name: string; args: Operand[] };

export interface Update {
  set: { path: Path; to: Operand }[];
  remove: Path[];
  add: { path: Path; value: Operand }[];
  delete: { path: Path; value: Operand }[];
}

const TOKEN = /\s*(<>|<=|>=|[=<>()[\],.+-]|[#:]?[A-Za-z_][A-Za-z0-9_-]*|[0-9]+)/y;
const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='];
const TESTS = ['attribute_exists', 'attribute_not_exists', 'attribute_type', 'begins_with', 'contains'];

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw validationException(`Invalid expression: syntax error in ${text}`);
    tokens.push(token);
  }
  return tokens;
}

/** A reader of one expression, by recursive descent. Syntax that it does not know throws. */
function createReader(text: string) {
  const tokens = tokensOf(text);
  let at = 0;

  const peek = () => tokens[at];
  const isWord = (word: string) => peek()?.toUpperCase() === word;

  function next(): string {
    const token = tokens[at++];
    if (token === undefined) throw validationException(`Invalid expression: ends early: ${text}`);
    return token;
  }

  function accept(token: string): boolean {
    if (!isWord(token)) return false;
    at += 1;
    return true;
  }

  function expect(token: string): void {
    if (!accept(token))
      throw validationException(`Invalid expression: ${token} expected, not ${peek()}: ${text}`);
  }

  function list<T>(read: () => T): T[] {
    const all = [read()];
    while (accept(',')) all.push(read());
    return all;
  }

  function path(): Path {
    const steps: Step[] = [attribute()];
    for (;;) {
      if (accept('.')) steps.push(attribute());
      else if (accept('[')) {
        steps.push(Number(next()));
        expect(']');
      } else return steps;
    }
  }

  function attribute(): string {
    const name = next();
    if (!/^#?[A-Za-z_]/.test(name)) throw validationException(`Invalid expression: ${name} is no attribute`);
    return name;
  }

  function operand(): Operand {
    if (peek()?.startsWith(':')) return { kind: 'value', name: next() };
    if (tokens[at + 1] !== '(') return { kind: 'path', path: path() };
    const name = next();
    expect('(');
    const args = list(operand);
    expect(')');
    return { kind: 'call', name, args };
  }

  function sum(): Operand {
    let left = operand();
    while (peek() === '+' || peek() === '-') {
      const sign = next() === '+' ? 1 : -1;
      left = { kind: 'sum', sign, left, right: operand() };
    }
    return left;
  }

  function condition(): Condition {
    let left = conjunction();
    while (accept('OR')) left = { kind: 'or', left, right: conjunction() };
    return left;
  }

  function conjunction(): Condition {
    let left = negation();
    while (accept('AND')) left = { kind: 'and', left, right: negation() };
    return left;
  }

  function negation(): Condition {
    if (accept('NOT')) return { kind: 'not', of: negation() };
    if (!accept('(')) return comparison();
    const inner = condition();
    expect(')');
    return inner;
  }

  function comparison(): Condition {
    const left = operand();
    if (left.kind === 'call' && TESTS.includes(left.name))
      return { kind: 'test', name: left.name, args: left.args };
    if (accept('BETWEEN')) {
      const low = operand();
      expect('AND');
      return { kind: 'between', of: left, low, high: operand() };
    }
    if (accept('IN')) {
      expect('(');
      const among = list(operand);
      expect(')');
      return { kind: 'in', of: left, among };
    }
    const operator = next();
    if (!COMPARISONS.includes(operator)) throw new NotFaked(`${operator} in the condition ${text}`);
    return { kind: 'compare', operator, left, right: operand() };
  }

  function update(): Update {
    const result: Update = { set: [], remove: [], add: [], delete: [] };
    const change = () => ({ path: path(), value: operand() });
    const assignment = () => {
      const to = path();
      expect('=');
      return { path: to, to: sum() };
    };
    while (peek() !== undefined) {
      if (accept('SET')) result.set = list(assignment);
      else if (accept('REMOVE')) result.remove = list(path);
      else if (accept('ADD')) result.add = list(change);
      else if (accept('DELETE')) result.delete = list(change);
      else throw new NotFaked(`${peek()} in the update ${text}`);
    }
    return result;
  }

  function whole<T>(read: () => T): T {
    const result = read();
    if (peek() !== undefined) throw validationException(`Invalid expression: ${peek()} left over: ${text}`);
    return result;
  }

  return {
    condition: () => whole(condition),
    update: () => whole(update),
    projection: () => whole(() => list(path)),
  };
}

/** Parsed once: the same few expressions come back a million times. */
function remembering<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const parsed = parse(text);
    known.set(text, parsed);
    return parsed;
  };
}

export const parseCondition = remembering((text) => createReader(text).condition());
export const parseUpdate = remembering((text) => createReader(text).update());
export const parseProjection = remembering((text) => createReader(text).projection());
export const placeholdersIn = remembering((text) => new Set(text.match(/[#:][A-Za-z0-9_-]+/g) ?? []));
