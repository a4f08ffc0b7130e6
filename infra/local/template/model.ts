import { readApi } from './api.ts';
import type { Stack } from './assembly.ts';
import { readFunctions } from './functions.ts';
import { readPolicies } from './policies.ts';
import { createResolver } from './resolve.ts';
import { readSchedules } from './schedules.ts';
import { readTables } from './tables.ts';

/** Everything that the local stack runs, read from the synthesized templates and from nowhere else. */
export type Model = ReturnType<typeof readModel>;

export function readModel(stacks: readonly Stack[]) {
  const resolver = createResolver(stacks);
  const functions = readFunctions(resolver, stacks);
  return {
    functions,
    /** What each function may do. */
    policies: readPolicies(resolver, functions),
    api: readApi(resolver),
    tables: readTables(resolver),
    schedules: readSchedules(resolver),
    /** Ids and ARNs of the KMS keys, and what their aliases stand for. */
    keys: resolver.all('AWS::KMS::Key').map((key) => ({ id: key.ref, arn: key.attribute('Arn') })),
    keyAliases: resolver.all('AWS::KMS::Alias').map((alias) => ({
      name: alias.ref,
      target: String(alias.property('TargetKeyId')),
    })),
    secrets: resolver.all('AWS::SecretsManager::Secret').map((secret) => ({
      arn: secret.ref,
      name: String(secret.property('Name') ?? secret.ref),
    })),
  };
}
