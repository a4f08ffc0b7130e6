import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource } from 'aws-cdk-lib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { acknowledgements, addChecks } from '../../infra/checks.ts';
import { type ConfigInput, parseConfig } from '../../infra/config.ts';
import { addStacks, createApp, type Stacks } from '../../infra/synthesize.ts';
import { PROD } from '../support/template.ts';

interface Finding {
  readonly ruleName: string;
  readonly violatingConstructs: readonly { readonly constructPath?: string }[];
}

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** What the checks report of an app without bundles: `[rule, construct]`. */
function findings(
  input: ConfigInput,
  {
    rows = acknowledgements,
    spoil,
  }: { rows?: typeof acknowledgements; spoil?: (stacks: Stacks) => void } = {},
): { stopped: boolean; found: [string, string][] } {
  const outdir = mkdtempSync(join(tmpdir(), 'checks-'));
  directories.push(outdir);
  const app = createApp({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
  const stacks = addStacks(app, parseConfig(input));
  addChecks(app, stacks, rows);
  spoil?.(stacks);
  const quiet = vi.spyOn(console, 'error').mockReturnValue();
  const quieter = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  let stopped = false;
  try {
    app.synth();
  } catch {
    stopped = true;
  } finally {
    quiet.mockRestore();
    quieter.mockRestore();
  }
  return { stopped, found: readReport(outdir) };
}

function readReport(outdir: string): [string, string][] {
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: { violations: Finding[] }[];
  };
  return pluginReports
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath = '' }): [string, string] => [ruleName, constructPath]),
    );
}

describe('what cdk-nag finds', () => {
  it.each([
    ['dev', {}],
    [
      'prod with everything that is optional',
      {
        ...PROD,
        corsOrigins: ['https://app.example'],
        domainName: 'api.app.example',
        certificateArn: 'arn:aws:acm:eu-west-3:111111111111:certificate/1',
        reservedConcurrency: 200,
      },
    ],
  ])('is nothing that was not acknowledged, in %s', (_stage, input) => {
    expect(findings(input)).toEqual({ stopped: false, found: [] });
  });

  it('is acknowledged with a reason, and nothing is acknowledged that it does not find', () => {
    const { stopped, found } = findings(PROD, { rows: [] });
    expect(stopped).toBe(true);
    const acknowledged = acknowledgements.flatMap(({ id, paths }) => paths.map((path) => [id, path]));
    const unknown = found.filter(
      ([rule, path]) =>
        !acknowledged.some(([id = '', at = '']) => rule.endsWith(id) && path.startsWith(`${at}/`)),
    );
    const superfluous = acknowledged.filter(
      ([id = '', at = '']) => !found.some(([rule, path]) => rule.endsWith(id) && path.startsWith(`${at}/`)),
    );
    expect({ unknown, superfluous }).toEqual({ unknown: [], superfluous: [] });
    for (const { reason } of acknowledgements) expect(reason.length).toBeGreaterThan(40);
  });
});

describe("the schemas of CloudFormation, in AWS's own validator", () => {
  const resource = (stacks: Stacks, path: string): CfnResource => {
    const all = Object.values(stacks).flatMap((stack) => stack.node.findAll());
    const found = all.find(
      (construct) => CfnResource.isCfnResource(construct) && construct.node.path === path,
    );
    if (!found) throw new Error(`no resource ${path}`);
    return found as CfnResource;
  };

  it('stop a synthesis with an unknown property, a wrong type or a missing property', () => {
    const { stopped, found } = findings(
      {},
      {
        spoil: (stacks) => {
          resource(stacks, 'Data/AccountTable/Resource').addPropertyOverride('NoSuch', 1);
          resource(stacks, 'Api/sweep/Resource').addPropertyOverride('Timeout', 'long');
          resource(stacks, 'Api/not-found/Resource').addPropertyDeletionOverride('Role');
        },
      },
    );
    expect(stopped).toBe(true);
    expect(found.map(([, construct]) => construct).toSorted()).toEqual([
      'Api/not-found/Resource',
      'Api/sweep/Resource',
      'Data/AccountTable/Resource',
    ]);
  });
});
