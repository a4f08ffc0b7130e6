import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { bundleFunctions, bundleOnce } from './bundle.ts';
import type { Config } from './config.ts';
import { Gateway } from './constructs/gateway.ts';
import { ServiceFunction } from './constructs/service-function.ts';
import type { DataStack } from './data-stack.ts';
import {
  type FunctionName,
  type FunctionRow,
  functionNamed,
  functionNames,
  functionRows,
} from './functions.ts';
import { nameOf } from './names.ts';

interface ApiStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly bundling: Bundling;
}

export interface Bundling {
  /** Where bundles are put together. */
  readonly outdir: string;
  /** Whether `outdir` is named after the version of the sources: what is there is then right, and stays. */
  readonly isKept?: boolean;
  /** Where the functions' sources stand, when not in `functions/`. */
  readonly sourceDirectory?: string | undefined;
}

/** What serves: the functions, the gateway before them, the hourly sweep. Holds nothing, may be replaced at any time. */
export class ApiStack extends Stack {
  readonly functions: Readonly<Record<FunctionName, ServiceFunction>>;
  readonly gateway: Gateway;
  /** Asynchronous work that failed for good, to be looked at. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, { config, data, bundling, ...props }: ApiStackProps) {
    super(scope, id, props);
    const codeOf = this.bundlingRequired ? bundledCode(bundling) : () => Code.fromInline('// not bundled');
    this.functions = this.#createFunctions(config, codeOf);
    for (const name of functionNames) this.#grant(this.functions[name], functionRows[name], { config, data });

    this.failures = new Queue(this, 'Failures', {
      queueName: nameOf(config, 'failures'),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
    });
    this.#tellOfFailures('refresh-artists', {
      // An event that comes again changes nothing: only who exchanges the lease in it computes. So a crash is tried again,
      // but not for long: a failed computation is remembered in the store, and the next request begins another.
      retryAttempts: 2,
      maxEventAge: Duration.minutes(5),
    });
    // The scheduler calls it asynchronously too: its queue hears only of what could not be delivered.
    this.#tellOfFailures('sweep', { retryAttempts: 2, maxEventAge: Duration.minutes(30) });
    this.#scheduleSweep(config);
    this.gateway = new Gateway(this, 'Gateway', {
      config,
      functionFor: (name) => this.functions[functionNamed(name)],
    });
    new CfnOutput(this, 'ApiUrl', { value: this.gateway.url });
    const { domainTarget } = this.gateway;
    if (domainTarget !== undefined) new CfnOutput(this, 'DomainTarget', { value: domainTarget });
  }

  #createFunctions(config: Config, codeOf: (name: string) => Code): Record<FunctionName, ServiceFunction> {
    const created = functionNames.map((name) => {
      const reservedConcurrency = concurrencyOf(name, config);
      const props = { config, row: functionRows[name], code: codeOf(name), reservedConcurrency };
      return [name, new ServiceFunction(this, name, props)] as const;
    });
    return Object.fromEntries(created) as Record<FunctionName, ServiceFunction>;
  }

  #grant(fn: ServiceFunction, row: FunctionRow, { config, data }: { config: Config; data: DataStack }): void {
    if (row.cache) data.grantCache(fn, row.cache);
    if (row.cacheByExpiryHour) data.grantCacheByExpiryHour(fn);
    if (row.backOff) fn.addEnvironment('RETRY_SECONDS', String(config.retrySeconds));
    if (row.account) data.grantAccount(fn, row.account);
    if (row.metrics) grantMetrics(fn, config);
    if (row.tokens) data.grantTokens(fn, row.tokens);
    if (row.spotifyClient) fn.addEnvironment('SPOTIFY_CLIENT_ID', config.spotifyClientId);
    if (row.spotifyClient === 'secret') data.grantSpotifySecret(fn);
    if (row.spotifyRedirect) fn.addEnvironment('SPOTIFY_REDIRECT_URI', config.spotifyRedirectUri);
    if (row.refresh) this.#grantRefresh(fn);
  }

  /** What an asynchronous invocation of a function failed with for good goes into the queue of failures. */
  #tellOfFailures(name: FunctionName, retries: { retryAttempts: number; maxEventAge: Duration }): void {
    const onFailure = { bind: () => ({ destination: this.failures.queueArn }) };
    this.functions[name].configureAsyncInvoke({ ...retries, onFailure });
    // CDK's own destination would let the function look at the queue as well.
    this.functions[name].addToRolePolicy(sendTo(this.failures));
  }

  #grantRefresh(fn: ServiceFunction): void {
    const refresh = this.functions['refresh-artists'];
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [refresh.functionArn] }),
    );
    fn.addEnvironment('REFRESH_FUNCTION', refresh.functionName);
  }

  /** May do what the schedule does, and only for schedules of this account. CDK's own would invoke every version too. */
  #createSchedulerRole(): Role {
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    const { functionArn } = this.functions.sweep;
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
    role.addToPolicy(sendTo(this.failures));
    return role;
  }

  #scheduleSweep(config: Config): void {
    new Schedule(this, 'SweepSchedule', {
      scheduleName: nameOf(config, 'sweep'),
      description: 'Deletes cached lists that are too old to be served and counts the rest',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(this.functions.sweep, {
        role: this.#createSchedulerRole().withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({}),
        // Missed once, the next hour does the work of both.
        retryAttempts: 2,
        maxEventAge: Duration.minutes(30),
        deadLetterQueue: this.failures,
      }),
    });
  }
}

/** `get-artists` as it was asked for; the others as their rows say, where the stage bounds them. */
function concurrencyOf(name: FunctionName, config: Config): number | undefined {
  const { maxConcurrency }: FunctionRow = functionRows[name];
  if (name === 'get-artists') return config.reservedConcurrency;
  return config.boundConcurrency ? maxConcurrency : undefined;
}

/** CloudWatch knows no resource that this could be narrowed to. */
function grantMetrics(fn: ServiceFunction, { metricsDelaySeconds }: Config): void {
  fn.addToRolePolicy(new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] }));
  fn.addEnvironment('METRICS_DELAY_SECONDS', String(metricsDelaySeconds));
}

function sendTo(queue: Queue): PolicyStatement {
  return new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
}

function bundledCode({ isKept = false, ...options }: Bundling): (name: string) => Code {
  const bundle = isKept ? bundleOnce : bundleFunctions;
  bundle({ ...options, names: functionNames });
  return (name) => Code.fromAsset(join(options.outdir, name));
}
