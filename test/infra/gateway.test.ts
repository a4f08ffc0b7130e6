import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { routeLimits } from '../../infra/route-limits.ts';
import { allRoutes } from '../../shared/contract/routes.ts';
import { resourcesOf, templatesOf } from '../support/template.ts';

const ROUTE = 'AWS::ApiGatewayV2::Route';
const STAGE = 'AWS::ApiGatewayV2::Stage';
const FUNCTION = 'AWS::Lambda::Function';

const { api } = templatesOf();

/** The name of the function to which a route leads, followed from route to integration to function. */
function functionBehind(routeKey: string): unknown {
  const [route] = Object.values(api.findResources(ROUTE, { Properties: { RouteKey: routeKey } }));
  const integrationId = route?.Properties.Target['Fn::Join'][1][1].Ref;
  const integration = api.findResources('AWS::ApiGatewayV2::Integration')[integrationId];
  expect(integration?.Properties.PayloadFormatVersion).toBe('2.0');
  const functionId = integration?.Properties.IntegrationUri['Fn::GetAtt'][0];
  return api.findResources(FUNCTION)[functionId]?.Properties.FunctionName;
}

describe('the gateway', () => {
  it('serves every route of the contract, and nothing but not-found beside them', () => {
    const keys = resourcesOf(api, ROUTE).map(({ Properties }) => Properties.RouteKey);
    expect(keys.toSorted()).toEqual(
      [...allRoutes.map(({ method, path }) => `${method} ${path}`), '$default'].toSorted(),
    );
    expect(functionBehind('$default')).toBe('artists-cache-dev-not-found');
  });

  it.each(allRoutes)(
    '$method $path needs a token and leads to $functionName',
    ({ method, path, functionName, scope }) => {
      const routeKey = `${method} ${path}`;
      expect(functionBehind(routeKey)).toBe(`artists-cache-dev-${functionName}`);
      api.hasResourceProperties(ROUTE, {
        RouteKey: routeKey,
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: Match.anyValue() },
        AuthorizationScopes: scope === undefined ? Match.absent() : [scope],
      });
    },
  );

  const scopesOf = (requiredScope: string) =>
    resourcesOf(templatesOf({ requiredScope }).api, ROUTE).map(
      ({ Properties }) => [Properties.RouteKey, Properties.AuthorizationScopes] as const,
    );

  it.each([
    ['artists', ['artists'], ['cache:stats']],
    [
      'https://api.app.example/artists',
      ['artists', 'https://api.app.example/artists'],
      ['cache:stats', 'https://api.app.example/cache:stats'],
    ],
  ])(
    'asks every token for the scope %s, where one is required: an ID token has none',
    (required, users, stats) => {
      for (const [key, scopes] of scopesOf(required)) {
        if (key === '$default') expect(scopes).toBeUndefined();
        else expect(scopes).toEqual(key === 'GET /api/cache/stats' ? stats : users);
      }
    },
  );

  it('tells everybody alike that a path does not exist', () => {
    api.hasResourceProperties(ROUTE, { RouteKey: '$default', AuthorizationType: 'NONE' });
  });

  it('trusts the configured issuer and audience', () => {
    const configured = templatesOf({ jwtIssuer: 'https://login.example/', jwtAudience: 'artists' }).api;
    configured.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example/', Audience: ['artists'] },
    });
  });

  it('opens to browsers only where origins were named', () => {
    const open = templatesOf({ corsOrigins: ['https://app.example'] }).api;
    api.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
    open.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: Match.objectLike({
        AllowOrigins: ['https://app.example'],
        AllowMethods: ['GET', 'POST'],
      }),
    });
  });

  it('logs requests without anything of the person', () => {
    const [stage] = Object.values(api.findResources('AWS::ApiGatewayV2::Stage'));
    const Format: string = stage?.Properties.AccessLogSettings.Format;
    expect(Object.keys(JSON.parse(Format))).toContain('request_id');
    expect(Format).not.toMatch(/claims|sourceIp|userAgent|\$context\.path|identity/);
  });

  /* https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html: a policy has 5,120 bytes */
  it('logs them where no line for each group is added to the account’s policy', () => {
    const [stage] = Object.values(api.findResources(STAGE));
    const id: string = stage?.Properties.AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
    const group = api.findResources('AWS::Logs::LogGroup')[id];
    expect(group?.Properties.LogGroupName).toMatch(/^\/aws\/vendedlogs\//);
  });

  it('limits what costs more than a read, and the one way in without a token', () => {
    const [stage] = Object.values(api.findResources(STAGE));
    const { DefaultRouteSettings, RouteSettings } = stage?.Properties ?? {};
    expect(DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 5_000,
      ThrottlingBurstLimit: 2_500,
    });
    expect(RouteSettings).toMatchObject({
      'POST /api/user/artists/sync': { ThrottlingRateLimit: 100 },
      'GET /api/cache/stats': { ThrottlingRateLimit: 5 },
      $default: { ThrottlingRateLimit: 50 },
    });
    for (const settings of Object.values(RouteSettings))
      expect(settings).toMatchObject({ ThrottlingBurstLimit: expect.any(Number) });
  });

  it('names in its limits only routes that exist, and is created after them', () => {
    const keys = resourcesOf(api, ROUTE).map(({ Properties }) => Properties.RouteKey);
    expect(routeLimits.filter(({ routeKey }) => !keys.includes(routeKey))).toEqual([]);
    const [stage] = Object.values(api.findResources(STAGE));
    const routes = Object.keys(api.findResources(ROUTE));
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(routes));
  });

  it('answers at a domain of its own, and then nowhere else', () => {
    const certificateArn = 'arn:aws:acm:eu-west-3:111111111111:certificate/1';
    const named = templatesOf({ domainName: 'api.app.example', certificateArn }).api;
    named.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'api.app.example',
      DomainNameConfigurations: [{ CertificateArn: certificateArn, EndpointType: 'REGIONAL' }],
    });
    named.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    named.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    named.hasOutput('ApiUrl', { Value: 'https://api.app.example' });
    named.hasOutput('DomainTarget', {});
    api.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
    api.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
  });
});
