import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type Code,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { FilterPattern, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { FunctionRow } from '../functions.ts';
import { defectsMetric } from '../monitoring/series.ts';
import { METRICS_NAMESPACE, nameOf, SERVICE } from '../names.ts';

interface ServiceFunctionProps {
  readonly config: Config;
  readonly row: FunctionRow;
  readonly code: Code;
  readonly reservedConcurrency?: number | undefined;
}

/** A Lambda function of this service: size from its row, logs that end, and no permission yet. */
export class ServiceFunction extends NodejsFunction {
  constructor(
    scope: Construct,
    name: string,
    { config, row, code, reservedConcurrency }: ServiceFunctionProps,
  ) {
    const functionName = nameOf(config, name);
    const logGroup = serviceLogGroup(scope, `${name}-logs`, {
      config,
      logGroupName: `/aws/lambda/${functionName}`,
    });
    countDefects(logGroup, config);
    // A role of our own: the managed policy of CDK's default one may write to, and create, every log group.
    const role = new Role(scope, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, name, {
      functionName,
      // Bundled beforehand, all functions in one run: see `bundle.ts`.
      code,
      role,
      logGroup,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      // A fifth cheaper per millisecond than x86_64, and no native code that would mind.
      architecture: Architecture.ARM_64,
      // The SDK of today keeps connections alive by itself.
      awsSdkConnectionReuse: false,
      ...logging(config),
      memorySize: row.memoryMb,
      timeout: Duration.seconds(row.timeoutSeconds),
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      environment: {
        STAGE: config.stage,
        POWERTOOLS_SERVICE_NAME: SERVICE,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        POWERTOOLS_LOG_LEVEL: config.logLevel,
      },
    });
  }
}

/** What is our doing, by the line that is logged for each: also behind a copy that the user was given all the same. */
function countDefects(logGroup: LogGroup, config: Config): void {
  logGroup.addMetricFilter('Defects', {
    filterPattern: FilterPattern.booleanValue('$.defect', true),
    metricNamespace: METRICS_NAMESPACE,
    metricName: defectsMetric(config),
  });
}

function logging({ stage, logLevel }: Config) {
  return {
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel[logLevel],
    // Lambda's own lines, one at the start and one at the end of every request, say nothing that metrics do not say, and
    // would be most of what the logs of `prod` cost.
    systemLogLevelV2: stage === 'prod' ? SystemLogLevel.WARN : SystemLogLevel.INFO,
  };
}

/** Logs are kept as long as what happened may still be looked into, and no longer: they name users. */
export function serviceLogGroup(
  scope: Construct,
  id: string,
  { config, logGroupName }: { readonly config: Config; readonly logGroupName: string },
): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName,
    retention: config.stage === 'prod' ? RetentionDays.ONE_MONTH : RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
