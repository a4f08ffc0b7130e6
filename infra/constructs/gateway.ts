import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnRoute,
  type CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allRoutes } from '../../shared/contract/routes.ts';
import type { Config } from '../config.ts';
import { nameOf } from '../names.ts';
import { defaultLimit, type RateLimit, routeLimits } from '../route-limits.ts';
import { serviceLogGroup } from './service-function.ts';

/** What an operator needs of a request. Nothing of the person: no address, no claim, no query. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  integration_latency_ms: '$context.integrationLatency',
  integration_error: '$context.integrationErrorMessage',
  authorizer_error: '$context.authorizer.error',
};

interface GatewayProps {
  readonly config: Config;
  /** The function that serves a route, by the name that the route gives it. */
  readonly functionFor: (name: string) => IFunction;
}

/** The HTTP API: every route of the contract behind the JWT authorizer, and one open answer to everything else. */
export class Gateway extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Where clients reach it. */
  readonly url: string;
  /** What a DNS record of the domain must point to, where there is one: DNS is not ours. */
  readonly domainTarget: string | undefined;

  constructor(scope: Construct, id: string, { config, functionFor }: GatewayProps) {
    super(scope, id);
    const domain = this.#createDomain(config);
    const notFound = 'not-found';
    this.api = new HttpApi(this, 'Api', {
      apiName: nameOf(config, 'api'),
      createDefaultStage: false,
      // With a domain of its own, it is the only way in.
      disableExecuteApiEndpoint: domain !== undefined,
      // `$default` has no authorizer: an unknown path is 404 for everybody, with or without a token.
      defaultIntegration: new HttpLambdaIntegration(notFound, functionFor(notFound)),
      ...cors(config),
    });
    const authorizer = new HttpJwtAuthorizer('Jwt', config.jwtIssuer, { jwtAudience: [config.jwtAudience] });
    for (const { method, path, functionName, scope } of allRoutes) {
      const scopes = acceptedScopes(scope ?? config.requiredScope, config);
      this.api.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration: new HttpLambdaIntegration(functionName, functionFor(functionName)),
        authorizer,
        ...(scopes.length > 0 && { authorizationScopes: scopes }),
      });
    }
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // No metrics by route: each route has a function, and that has metrics.
      throttle: defaultLimit,
      ...(domain === undefined ? {} : { domainMapping: { domainName: domain } }),
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          serviceLogGroup(this, 'AccessLogs', {
            config,
            // Under this prefix API Gateway writes without a line for each group in the account's log policy.
            logGroupName: `/aws/vendedlogs/${nameOf(config, 'api')}`,
          }),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.#limitRoutes();
    this.url = domain === undefined ? this.api.apiEndpoint : `https://${config.domainName}`;
    this.domainTarget = domain?.regionalDomainName;
  }

  #createDomain({ domainName, certificateArn }: Config): DomainName | undefined {
    if (domainName === undefined || certificateArn === undefined) return undefined;
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    return new DomainName(this, 'Domain', { domainName, certificate });
  }

  #limitRoutes(): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    stage.routeSettings = Object.fromEntries(
      routeLimits.map(({ routeKey, limit }) => [routeKey, routeSettings(limit)]),
    );
    // A stage cannot be told of a route that is not there yet.
    for (const child of this.api.node.findAll())
      if (child instanceof CfnRoute) stage.addResourceDependency(child);
  }
}

/** A scope by its own name and, where the issuer puts a resource before scopes as Cognito does, by the long one. */
function acceptedScopes(scope: string | undefined, { requiredScope = '' }: Config): string[] {
  if (scope === undefined) return [];
  const resource = requiredScope.slice(0, requiredScope.lastIndexOf('/') + 1);
  const name = scope.slice(scope.lastIndexOf('/') + 1);
  return resource === '' ? [scope] : [name, resource + name];
}

/** As CloudFormation has it: `routeSettings` is passed on as it is. */
function routeSettings({ rateLimit, burstLimit }: RateLimit) {
  return { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit };
}

function cors({ corsOrigins }: Config) {
  if (corsOrigins.length === 0) return {};
  return {
    corsPreflight: {
      allowOrigins: corsOrigins,
      allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
      allowHeaders: ['authorization', 'content-type', 'accept-language', 'if-none-match'],
      exposeHeaders: ['age', 'cache-status', 'content-language', 'etag', 'retry-after'],
      maxAge: Duration.hours(1),
    },
  };
}
