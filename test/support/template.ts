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
  spotifyRedirectUri: 'https://app.example/spotify',
  alarmEmail: 'oncall@app.example',
} as const;

export interface Templates {
  readonly data: Template;
  readonly api: Template;
  readonly monitoring: Template;
}

/** The templates of one stage without bundles: no function's source is read. */
export function templatesOf(input: ConfigInput = {}): Templates {
  const outdir = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const app = createApp({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
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
