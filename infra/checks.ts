import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { functionNames } from './functions.ts';
import type { Stacks } from './synthesize.ts';

/** A finding that stays, and why. */
export interface Acknowledgement {
  readonly id: string;
  /** Constructs that have it, as paths in the app. */
  readonly paths: readonly string[];
  readonly reason: string;
}

const everyFunction = functionNames.map((name) => `Api/${name}`);

export const acknowledgements: readonly Acknowledgement[] = [
  {
    id: 'AwsSolutions-SMG4',
    paths: ['Data/SpotifyClient'],
    reason:
      'Spotify has no API that changes the secret of an application: a person does it, and docs/deploy.md says how.',
  },
  {
    id: 'AwsSolutions-IAM5[Resource::*]',
    paths: ['Api/get-cache-stats-role/DefaultPolicy'],
    reason: 'cloudwatch:GetMetricData knows no resource that it could be narrowed to.',
  },
  {
    id: 'AwsSolutions-SQS3',
    paths: ['Api/Failures'],
    reason: 'It is the queue of failures itself; an alarm watches that it is empty.',
  },
  {
    id: 'Serverless-SQSRedrivePolicy',
    paths: ['Api/Failures'],
    reason: 'It is the queue of failures itself; nothing consumes it but a person.',
  },
  {
    id: 'AwsSolutions-APIG4',
    paths: ['Api/Gateway/Api/DefaultRoute'],
    reason:
      'Answers 404 and 405 and nothing else, to everybody alike: with an authorizer it would answer 401.',
  },
  {
    id: 'Serverless-LambdaDLQ',
    paths: everyFunction,
    reason:
      'Functions behind the API answer a caller who waits. refresh-artists and the sweep, which are called ' +
      'asynchronously, have a destination on failure, which tells more than a dead-letter queue.',
  },
  {
    id: 'Serverless-LambdaTracing',
    paths: everyFunction,
    reason:
      'Tracing costs 50 ms of every cold start, as much as a hit may take in all. Each request has one record of ' +
      'metrics with its times, and a request id in every log line.',
  },
  {
    id: 'Serverless-SNSRedrivePolicy',
    paths: ['Monitoring/Pages', 'Monitoring/Notices'],
    reason:
      'Delivery by e-mail knows no dead-letter queue; the state of an alarm is in CloudWatch all the same.',
  },
];

/**
 * Has synthesis fail on what cdk-nag finds and is not acknowledged. CDK itself adds AWS's validation of the templates
 * against the schemas of CloudFormation, by the flag `validateAgainstDefaultRules` in `cdk.json`.
 */
export function addChecks(app: App, stacks: Stacks, rows = acknowledgements): void {
  for (const { id, paths, reason } of rows) {
    for (const construct of constructsAt(stacks, paths))
      Validations.of(construct).acknowledge({ id: `${packOf(id)}::${id}`, reason });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

function constructsAt(stacks: Stacks, paths: readonly string[]) {
  const all = Object.values(stacks).flatMap((stack) => stack.node.findAll());
  return all.filter(({ node }) => paths.some((path) => node.path === path));
}

const packOf = (id: string): string => id.split('-')[0] ?? '';
