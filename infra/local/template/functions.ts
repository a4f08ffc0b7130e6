import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartProblem } from '../problem.ts';
import type { Stack } from './assembly.ts';
import type { Found, Resolver } from './resolve.ts';

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** Such as `index.handler`. */
  readonly handler: string;
  /** The directory of the bundle. */
  readonly codePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly logFormat: 'Text' | 'JSON';
  readonly reservedConcurrency: number | undefined;
  /** How often an asynchronous invocation that failed is tried again. */
  readonly asyncRetries: number;
}

/** The function of a source, such as `get-artists`. @throws Error when the templates have none */
export function functionOf(functions: readonly FunctionSpec[], name: string): FunctionSpec {
  const found = functions.find((spec) => spec.name === name || spec.name.endsWith(`-${name}`));
  if (!found) throw new Error(`the templates have no function ${name}`);
  return found;
}

const LAMBDA_DEFAULTS = { timeoutSeconds: 3, memoryMb: 128, asyncRetries: 2 };

/**
 * The functions of the service. Those without an asset are left out: helpers of CloudFormation, which runs nothing here.
 *
 * @throws StartProblem when a bundle is missing
 */
export function readFunctions(resolver: Resolver, stacks: readonly Stack[]): FunctionSpec[] {
  const retries = new Map(
    resolver
      .all('AWS::Lambda::EventInvokeConfig')
      .map((config) => [String(config.property('FunctionName')), config.property('MaximumRetryAttempts')]),
  );
  return resolver.all('AWS::Lambda::Function').flatMap((found) => {
    const stack = stacks.find(({ name }) => name === found.stackName);
    const codePath = stack && bundleOf(found, stack);
    if (!codePath || !String(found.property('Runtime')).startsWith('nodejs')) return [];
    const variables = (found.property('Environment') ?? {}) as { Variables?: Record<string, unknown> };
    const logging = (found.property('LoggingConfig') ?? {}) as { LogFormat?: string };
    const reserved = found.property('ReservedConcurrentExecutions');
    return {
      name: found.ref,
      arn: found.attribute('Arn'),
      handler: String(found.property('Handler')),
      codePath,
      environment: Object.fromEntries(
        Object.entries(variables.Variables ?? {}).map(([name, value]) => [name, String(value)]),
      ),
      timeoutSeconds: Number(found.property('Timeout') ?? LAMBDA_DEFAULTS.timeoutSeconds),
      memoryMb: Number(found.property('MemorySize') ?? LAMBDA_DEFAULTS.memoryMb),
      logFormat: logging.LogFormat === 'JSON' ? 'JSON' : 'Text',
      reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
      asyncRetries: Number(retries.get(found.ref) ?? LAMBDA_DEFAULTS.asyncRetries),
    };
  });
}

function bundleOf(found: Found, stack: Stack): string | undefined {
  const { S3Key: key } = (found.property('Code') ?? {}) as { S3Key?: unknown };
  if (key === undefined) return undefined;
  const path = stack.assetPaths.get(String(key).replace(/\.zip$/, ''));
  const module = String(found.property('Handler')).replace(/\.[^.]*$/, '');
  const files = ['.js', '.cjs', '.mjs'].map((extension) => join(path ?? '', module + extension));
  if (!path || !files.some((file) => existsSync(file))) {
    throw new StartProblem(
      `the bundle of ${found.ref} is missing: no ${module}.js in ${path ?? 'its asset'}`,
    );
  }
  return path;
}
