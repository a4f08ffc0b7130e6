import ts from 'typescript';

/** One change of one place of a file. */
export interface Mutant {
  file: string;
  /** Where it is, for a person. */
  line: number;
  start: number;
  end: number;
  /** What stood there, and what stands there now. */
  was: string;
  becomes: string;
}

type Change = Pick<Mutant, 'start' | 'end' | 'becomes'>;

const K = ts.SyntaxKind;
/** Conditions meet their neighbour at the boundary, or their opposite; sums and choices meet the other of their kind. */
const OPERATORS: Partial<Record<ts.SyntaxKind, readonly string[]>> = {
  [K.LessThanToken]: ['<=', '>='],
  [K.LessThanEqualsToken]: ['<', '>'],
  [K.GreaterThanToken]: ['>=', '<='],
  [K.GreaterThanEqualsToken]: ['>', '<'],
  [K.EqualsEqualsEqualsToken]: ['!=='],
  [K.ExclamationEqualsEqualsToken]: ['==='],
  [K.AmpersandAmpersandToken]: ['||'],
  [K.BarBarToken]: ['&&'],
  [K.QuestionQuestionToken]: ['&&'],
  [K.PlusToken]: ['-'],
  [K.MinusToken]: ['+'],
  [K.AsteriskToken]: ['/'],
  [K.SlashToken]: ['*'],
};
const METHODS: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  max: 'min',
  min: 'max',
  floor: 'ceil',
  ceil: 'floor',
  push: 'unshift',
  unshift: 'push',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
};

/** Every mutant of a source, in the order of its text. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isOutOfScope(node)) return;
    for (const change of changesOf(node, tree)) {
      const { line } = tree.getLineAndCharacterOfPosition(change.start);
      mutants.push({ ...change, file, line: line + 1, was: source.slice(change.start, change.end) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants.sort((a, b) => a.start - b.start);
}

export const mutated = (source: string, { start, end, becomes }: Mutant): string =>
  source.slice(0, start) + becomes + source.slice(end);

/** Types do nothing, and messages are for the log: clients branch on codes. */
function isOutOfScope(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  return isMessage(node);
}

function isMessage(node: ts.Node): boolean {
  const isText = ts.isStringLiteral(node) || ts.isTemplateLiteral(node) || ts.isBinaryExpression(node);
  if (!isText || !node.parent) return false;
  const call = node.parent;
  if (ts.isNewExpression(call))
    return /Error|^Platform|^Storage|^Computation/.test(call.expression.getText());
  return ts.isCallExpression(call) && /^(unavailable|pending|limited)$/.test(call.expression.getText());
}

function changesOf(node: ts.Node, tree: ts.SourceFile): Change[] {
  const text = (part: ts.Node) => part.getText(tree);
  const replace = (part: ts.Node, becomes: string): Change => ({
    start: part.getStart(tree),
    end: part.end,
    becomes,
  });
  if (ts.isBinaryExpression(node)) return operators(node, replace, text);
  if (ts.isIfStatement(node) || ts.isWhileStatement(node))
    return [replace(node.expression, `!(${text(node.expression)})`)];
  if (ts.isConditionalExpression(node)) return [replace(node.condition, `!(${text(node.condition)})`)];
  if (ts.isPrefixUnaryExpression(node)) return prefix(node, replace, text);
  if (ts.isAwaitExpression(node)) return awaited(node, replace, text);
  if (ts.isExpressionStatement(node) || ts.isThrowStatement(node)) return [replace(node, ';')];
  if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) return [replace(node, ';')];
  if (ts.isNumericLiteral(node)) return [replace(node, node.text === '0' ? '1' : `(${text(node)} + 1)`)];
  if (node.kind === K.TrueKeyword) return [replace(node, 'false')];
  if (node.kind === K.FalseKeyword) return [replace(node, 'true')];
  if (ts.isStringLiteral(node)) return strings(node, replace);
  if (ts.isObjectLiteralExpression(node)) return node.properties.map((property) => dropped(property, tree));
  if (ts.isPropertyAccessExpression(node)) return methods(node, replace);
  return [];
}

type Replace = (part: ts.Node, becomes: string) => Change;
type Text = (part: ts.Node) => string;

function operators({ operatorToken, left, right }: ts.BinaryExpression, replace: Replace, text: Text) {
  const isOfText = [left, right].some((side) => /^['"`]/.test(text(side)));
  if (operatorToken.kind === K.PlusToken && isOfText) return [];
  return (OPERATORS[operatorToken.kind] ?? []).map((becomes) => replace(operatorToken, becomes));
}

function prefix(node: ts.PrefixUnaryExpression, replace: Replace, text: Text): Change[] {
  if (node.operator === K.ExclamationToken) return [replace(node, text(node.operand))];
  return node.operator === K.MinusToken ? [replace(node, text(node.operand))] : [];
}

/** What is returned is awaited by the caller all the same. */
function awaited(node: ts.AwaitExpression, replace: Replace, text: Text): Change[] {
  return ts.isReturnStatement(node.parent) ? [] : [replace(node, text(node.expression))];
}

function strings(node: ts.StringLiteral, replace: Replace): Change[] {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return [];
  return [replace(node, node.text === '' ? "'mutant'" : "''")];
}

function dropped(property: ts.ObjectLiteralElementLike, tree: ts.SourceFile): Change {
  const end = tree.text[property.end] === ',' ? property.end + 1 : property.end;
  return { start: property.getStart(tree), end, becomes: '' };
}

function methods(node: ts.PropertyAccessExpression, replace: Replace): Change[] {
  const other = METHODS[node.name.text];
  return other && ts.isCallExpression(node.parent) ? [replace(node.name, other)] : [];
}
