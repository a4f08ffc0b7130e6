import { matchesPattern } from './conditions.ts';
import { type AccessRequest, fits, type Statement } from './policy.ts';

export const LEADING_KEYS = 'dynamodb:leadingkeys';

/** The smallest thing that can be granted or left out: one action on one resource, and on one kind of keys. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  /** The pattern of `dynamodb:LeadingKeys`, where the statement has one. */
  readonly keys: string | undefined;
  readonly statement: Statement;
}

/** Every grant of a role's statements. */
export function grantsOf(statements: readonly Statement[]): Grant[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((statement) => {
      const patterns = statement.conditions.find(
        ({ operator, key }) => key === LEADING_KEYS && operator !== 'Null',
      );
      const keys: readonly (string | undefined)[] = patterns ? patterns.values : [undefined];
      return statement.actions.flatMap((action) =>
        statement.resources.flatMap((resource) =>
          keys.map((pattern) => ({ action, resource, keys: pattern, statement })),
        ),
      );
    });
}

/** Such as `dynamodb:GetItem artists-cache-dev-cache user_artists:*`. */
export function nameOfGrant({ action, resource, keys }: Omit<Grant, 'statement'>): string {
  const name = resource
    .replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '')
    .replace(/^(table|function|log-group)[/:]/, '');
  return [action, name, keys].filter((part) => part !== undefined).join(' ');
}

/**
 * The grants that a request made use of. Where several would have allowed it, only the narrowest counts: what it
 * covers makes the wider ones unnecessary.
 */
export function usedGrants(grants: readonly Grant[], request: AccessRequest): Grant[] {
  const fitting = grants.filter(
    (grant) =>
      fits(grant.statement, request) &&
      matchesPattern(grant.action.toLowerCase(), request.action.toLowerCase()) &&
      matchesPattern(grant.resource, request.resource),
  );
  const keys = request.context[LEADING_KEYS];
  if (!keys) return narrowest(fitting);
  // A batch may touch several kinds of keys at once.
  return keys.flatMap((key) =>
    narrowest(fitting.filter((grant) => grant.keys === undefined || matchesPattern(grant.keys, key))),
  );
}

function narrowest(grants: readonly Grant[]): Grant[] {
  const width = ({ action, resource, keys = '*' }: Grant) =>
    [keys === '*' ? 1 : 0, wildcards(resource) + wildcards(action), -keys.length] as const;
  const compare = (a: readonly number[], b: readonly number[]): number => {
    const index = a.findIndex((value, i) => value !== b[i]);
    return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
  };
  return grants.toSorted((a, b) => compare(width(a), width(b))).slice(0, 1);
}

const wildcards = (text: string) => text.split('*').length - 1;
