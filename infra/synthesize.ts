import { join } from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import cdkJson from '../cdk.json' with { type: 'json' };
import { ApiStack } from './api-stack.ts';
import type { Config } from './config.ts';
import { DataStack } from './data-stack.ts';
import { MonitoringStack } from './monitoring-stack.ts';
import { nameOf, SERVICE } from './names.ts';

export interface Stacks {
  readonly data: DataStack;
  readonly api: ApiStack;
  readonly monitoring: MonitoringStack;
}

interface AppOptions {
  /** Where the cloud assembly is written. Without: where the CDK CLI says, else a new temporary directory. */
  readonly outdir?: string;
  /** CDK context over that of `cdk.json`, for instance `{ 'aws:cdk:bundling-stacks': [] }` to leave out bundling. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Whether CloudFormation's schemas are held against the templates: that takes longer than all the rest. */
  readonly isValidated?: boolean;
}

interface StackOptions {
  /** Where the functions' sources stand, when not in `functions/`. */
  readonly sourceDirectory?: string;
  /** Where the bundles of exactly these sources are kept; without it they are made anew, within the cloud assembly. */
  readonly keptBundles?: string | undefined;
}

/** An app with the feature flags of `cdk.json`, also when the CDK CLI, which would pass them on, is not there. */
export function createApp({ outdir, context, isValidated = true }: AppOptions = {}): App {
  return new App({
    context: { ...cdkJson.context, ...context },
    analyticsReporting: false,
    builtinCloudFormationValidation: isValidated,
    ...(outdir === undefined ? {} : { outdir }),
  });
}

/** Adds every stack of one stage to the app. No account or region is fixed: the credentials of the deployer decide. */
export function addStacks(
  app: App,
  config: Config,
  { sourceDirectory, keptBundles }: StackOptions = {},
): Stacks {
  // Deleting a stack of prod takes two steps, on purpose.
  const terminationProtection = config.stage === 'prod';
  const stackProps = (part: string) => ({ config, stackName: nameOf(config, part), terminationProtection });
  const data = new DataStack(app, 'Data', stackProps('data'));
  const api = new ApiStack(app, 'Api', {
    ...stackProps('api'),
    data,
    bundling: {
      sourceDirectory,
      outdir: keptBundles ?? join(app.outdir, 'bundles'),
      isKept: keptBundles !== undefined,
    },
  });
  const monitoring = new MonitoringStack(app, 'Monitoring', { ...stackProps('monitoring'), api });
  // Dashboards take tags since lately, and not every tool and region knows it: nothing depends on them there.
  const tags = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };
  Tags.of(app).add('service', SERVICE, tags);
  Tags.of(app).add('stage', config.stage, tags);
  return { data, api, monitoring };
}

/**
 * Synthesizes the whole app, bundles included, in this process: two to three seconds, no CDK CLI, no Docker, no network.
 * `stacks` of the assembly hold the templates; their assets lie in its directory.
 */
export function synthesize(config: Config, options: AppOptions & StackOptions = {}): CloudAssembly {
  const app = createApp(options);
  addStacks(app, config, options);
  return app.synth();
}
