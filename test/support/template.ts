import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { type ConfigInput, parseConfig } from '../../infra/config.ts';
import { addStacks, createApp } from '../../infra/synthesize.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

/** All that a prod deployment must be told. */
export const PROD = {
  stage: 'prod',
  jwtIssuer: 'https://login.example/',
  jwtAudience: 'artists',
  spotifyClientId: 'our-client',
  spotifyRedirectUri: 'https://app.example/spotify',
  alarmEmail: 'oncall@app.example',
} as const;

export interface Templates {
  readonly data: Template;
  readonly api: Template;
  readonly monitoring: Template;
}

/**
 * The templates of one stage without bundles: no function's source is read. Nor are CloudFormation's schemas, which have a
 * test of their own.
 */
export function templatesOf(input: ConfigInput = {}): Templates {
  const outdir = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const app = createApp({ outdir, context: { 'aws:cdk:bundling-stacks': [] }, isValidated: false });
    const { data, api, monitoring } = addStacks(app, parseConfig(input));
    return {
      data: Template.fromStack(data),
      api: Template.fromStack(api),
      monitoring: Template.fromStack(monitoring),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Every resource of a type, with its properties. */
export function resourcesOf(template: Template, type: string): Resource[] {
  return Object.values(template.findResources(type)) as Resource[];
}

/** The environment variables of a function, in stage dev. */
export function environmentOf(api: Template, name: string): Record<string, unknown> {
  const FunctionName = `artists-cache-dev-${name}`;
  const [found] = Object.values(api.findResources('AWS::Lambda::Function', { Properties: { FunctionName } }));
  return found?.Properties.Environment.Variables;
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The statements of a function's role. */
export function statementsOf(api: Template, name: string): Statement[] {
  const roleId = name.replaceAll('-', '');
  const policies = resourcesOf(api, 'AWS::IAM::Policy').filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(`"${roleId}role`),
  );
  return policies.flatMap(
    ({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement,
  );
}
