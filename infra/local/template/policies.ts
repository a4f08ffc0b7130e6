import { readStatements, type Statement } from '../iam/policy.ts';
import type { Found, Resolver } from './resolve.ts';

/**
 * The statements of the roles of functions, by the name of the function: those in the role and those of policies
 * attached to it. A function without a role in the templates is left out. Managed policies of AWS are not known here,
 * and allow nothing.
 */
export function readPolicies(
  resolver: Resolver,
  functions: readonly { readonly name: string }[],
): Map<string, readonly Statement[]> {
  const roles = new Map(resolver.all('AWS::IAM::Role').map((role) => [role.attribute('Arn'), role]));
  const attached = [...resolver.all('AWS::IAM::Policy'), ...resolver.all('AWS::IAM::ManagedPolicy')];
  const served = new Set(functions.map(({ name }) => name));
  return new Map(
    resolver.all('AWS::Lambda::Function').flatMap((found) => {
      const role = served.has(found.ref) ? roles.get(String(found.property('Role'))) : undefined;
      return role ? [[found.ref, statementsOf(role, attached)] as const] : [];
    }),
  );
}

function statementsOf(role: Found, attached: readonly Found[]): Statement[] {
  const inline = (role.property('Policies') ?? []) as { PolicyDocument: unknown }[];
  const documents = [
    ...inline.map(({ PolicyDocument }) => PolicyDocument),
    ...attached
      .filter((policy) => ((policy.property('Roles') ?? []) as unknown[]).includes(role.ref))
      .map((policy) => policy.property('PolicyDocument')),
  ];
  return documents.flatMap(readStatements);
}
