import { type Condition, holds, matchesPattern } from './conditions.ts';

/** A statement of an IAM policy, with everything that may be a string or a list as a list. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

/** A statement of a resource's own policy: it says whom it is about. */
export interface ResourceStatement extends Statement {
  /** Services and accounts, as they are written; `*` is anybody. */
  readonly principals: readonly string[];
}

/** What a call asks for. `context` holds the condition keys that AWS would know of it, in lower case. */
export interface AccessRequest {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/**
 * Whether policies that are attached to a role allow a request, as IAM decides within one account: whatever is denied
 * is denied, whatever is not allowed is denied too. Boundaries and organizations are not considered.
 */
export function isAllowed(statements: readonly Statement[], request: AccessRequest): boolean {
  const fitting = statements.filter((statement) => fits(statement, request));
  return (
    fitting.some(({ effect }) => effect === 'Allow') && fitting.every(({ effect }) => effect === 'Allow')
  );
}

/** Whether the policy of a resource lets a principal in by itself, as it must for a service of AWS. */
export function letsIn(
  statements: readonly ResourceStatement[],
  principal: string,
  request: AccessRequest,
): boolean {
  const about = statements.filter(({ principals }) =>
    principals.some((one) => one === '*' || one === principal),
  );
  return isAllowed(about, request);
}

/** Whether a statement is about the request. */
export function fits({ actions, resources, conditions }: Statement, request: AccessRequest): boolean {
  return (
    actions.some((pattern) => matchesPattern(pattern.toLowerCase(), request.action.toLowerCase())) &&
    resources.some((pattern) => matchesPattern(pattern, request.resource)) &&
    conditions.every((condition) => holds(condition, request.context))
  );
}

/**
 * The statements of a policy document.
 * @throws Error for an element that is not understood, because passing over it could allow too much
 */
export function readStatements(document: unknown): Statement[] {
  const { Statement: statements } = document as { Statement: unknown };
  return listOf(statements).map((statement) => readStatement(statement as Record<string, unknown>));
}

/** The statements of the policy of a resource. @throws Error as `readStatements`, and for one without a principal */
export function readResourceStatements(document: unknown): ResourceStatement[] {
  const { Statement: statements } = document as { Statement: unknown };
  return listOf(statements).map((raw) => {
    const { Principal: principal, ...statement } = raw as Record<string, unknown>;
    if (principal === undefined) throw new Error('a statement of a resource names no principal');
    const principals =
      principal === '*'
        ? ['*']
        : Object.values(principal as object).flatMap((one) => listOf(one).map(String));
    return { ...readStatement(statement), principals };
  });
}

const KNOWN_ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

function readStatement(raw: Record<string, unknown>): Statement {
  const unknown = Object.keys(raw).find((element) => !KNOWN_ELEMENTS.has(element));
  if (unknown) throw new Error(`a policy of a function has ${unknown}, which is not understood here`);
  const conditions = Object.entries((raw.Condition ?? {}) as Record<string, Record<string, unknown>>);
  return {
    effect: raw.Effect === 'Deny' ? 'Deny' : 'Allow',
    actions: listOf(raw.Action).map(String),
    resources: listOf(raw.Resource).map(String),
    conditions: conditions.flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({
        operator,
        key: key.toLowerCase(),
        values: listOf(values).map(String),
      })),
    ),
  };
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
