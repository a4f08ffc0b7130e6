import type { Stack } from './assembly.ts';
import { ACCOUNT_ID, type Deployed, identify, REGION } from './resources.ts';

/** A resource of any stack, with its intrinsic functions resolved when they are asked for. */
export interface Found extends Deployed {
  /** What `Ref` of the resource gives: its physical name or id. */
  readonly ref: string;
  attribute(name: string): string;
}

export interface Resolver {
  /** Every resource of a type, over all stacks. */
  all(type: string): Found[];
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT_ID,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackId': 'local',
};

/**
 * Resolves the intrinsic functions of CloudFormation over several stacks, lazily: only what the local stack reads
 * has to be resolvable, and a dashboard's or a policy's oddities never matter.
 *
 * @param parameters values of template parameters, by name, in place of their defaults
 */
export function createResolver(
  stacks: readonly Stack[],
  parameters: Readonly<Record<string, string>> = {},
): Resolver {
  const exportsByName = new Map(
    stacks.flatMap((stack) =>
      Object.values(stack.template.Outputs ?? {}).flatMap((output) =>
        output.Export ? [[String(evaluate(stack, output.Export.Name)), { stack, output }] as const] : [],
      ),
    ),
  );

  function found(stack: Stack, logicalId: string): Found {
    const resource = stack.template.Resources[logicalId];
    if (!resource) throw new Error(`${stack.name}: no resource ${logicalId}`);
    const deployed: Deployed = {
      type: resource.Type,
      logicalId,
      stackName: stack.name,
      property: (name) => evaluate(stack, resource.Properties?.[name]),
    };
    return {
      ...deployed,
      get ref() {
        return identify(deployed).ref;
      },
      attribute(name) {
        const value = identify(deployed).attributes[name];
        if (value === undefined) throw new Error(`${stack.name}: no attribute ${name} of ${resource.Type}`);
        return value;
      },
    };
  }

  function ref(stack: Stack, name: string): unknown {
    if (name === 'AWS::NoValue') return undefined;
    if (name === 'AWS::StackName') return stack.name;
    const pseudo = PSEUDO_PARAMETERS[name];
    if (pseudo !== undefined) return pseudo;
    const parameter = stack.template.Parameters?.[name];
    if (!parameter) return found(stack, name).ref;
    const value = parameters[name] ?? parameter.Default;
    if (value === undefined) throw new Error(`${stack.name}: parameter ${name} has no value`);
    return value;
  }

  function getAtt(stack: Stack, argument: unknown): string {
    const [logicalId, ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    return found(stack, String(logicalId)).attribute(path.join('.'));
  }

  function substitute(stack: Stack, argument: unknown): string {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
      string,
      Record<string, unknown>,
    ];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(evaluate(stack, variables[name]));
      return String(name.includes('.') ? getAtt(stack, name) : ref(stack, name));
    });
  }

  function importValue(stack: Stack, name: unknown): unknown {
    const exported = exportsByName.get(String(evaluate(stack, name)));
    if (!exported) throw new Error(`${stack.name}: nothing exports ${JSON.stringify(name)}`);
    return evaluate(exported.stack, exported.output.Value);
  }

  function condition(stack: Stack, name: string): boolean {
    return Boolean(evaluate(stack, stack.template.Conditions?.[name]));
  }

  const intrinsics: Record<string, (stack: Stack, argument: never) => unknown> = {
    Ref: ref,
    'Fn::GetAtt': getAtt,
    'Fn::Sub': substitute,
    'Fn::ImportValue': importValue,
    'Fn::Join': (stack, [separator, parts]: [string, unknown]) =>
      (evaluate(stack, parts) as unknown[]).join(separator),
    'Fn::Select': (stack, [index, list]: [unknown, unknown]) =>
      (evaluate(stack, list) as unknown[])[Number(index)],
    'Fn::Split': (stack, [separator, text]: [string, unknown]) =>
      String(evaluate(stack, text)).split(separator),
    'Fn::If': (stack, [name, yes, no]: [string, unknown, unknown]) =>
      evaluate(stack, condition(stack, name) ? yes : no),
    'Fn::Equals': (stack, pair: [unknown, unknown]) => evaluate(stack, pair[0]) === evaluate(stack, pair[1]),
    'Fn::Not': (stack, [value]: [unknown]) => !evaluate(stack, value),
    'Fn::And': (stack, values: unknown[]) => values.every((value) => evaluate(stack, value)),
    'Fn::Or': (stack, values: unknown[]) => values.some((value) => evaluate(stack, value)),
    Condition: condition,
  };

  function evaluate(stack: Stack, value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => evaluate(stack, item)).filter((item) => item !== undefined);
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name && (name in intrinsics || name.startsWith('Fn::'))) {
      const intrinsic = intrinsics[name];
      if (!intrinsic) throw new Error(`${stack.name}: the local stack does not know ${name}`);
      return intrinsic(stack, argument as never);
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, evaluate(stack, item)]).filter(([, item]) => item !== undefined),
    );
  }

  return {
    all: (type) =>
      stacks.flatMap((stack) =>
        Object.entries(stack.template.Resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([logicalId]) => found(stack, logicalId)),
      ),
  };
}
