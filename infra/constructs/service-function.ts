import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { FunctionRow } from '../functions.ts';
import { nameOf, SERVICE } from '../names.ts';

interface ServiceFunctionProps {
  readonly config: Config;
  readonly row: FunctionRow;
  readonly code: Code;
  readonly reservedConcurrency?: number | undefined;
}

/** A Lambda function of this service: size from its row, logs that end, and no permission yet. */
export class ServiceFunction extends LambdaFunction {
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
    // A role of our own: the managed policy of CDK's default one may write to, and create, every log group.
    const role = new Role(scope, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, name, {
      functionName,
      code,
      role,
      logGroup,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: row.memoryMb,
      timeout: Duration.seconds(row.timeoutSeconds),
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      environment: {
        STAGE: config.stage,
        POWERTOOLS_SERVICE_NAME: SERVICE,
        POWERTOOLS_METRICS_NAMESPACE: 'ArtistsCache',
        POWERTOOLS_LOG_LEVEL: config.logLevel,
      },
    });
  }
}

/** Logs are kept as long as somebody may still look into what happened, and no longer: they name users. */
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
