import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type FunctionName, functionNames } from '../../infra/functions.ts';
import { allRoutes } from '../../shared/contract/all-routes.ts';
import { resourcesOf, templatesOf } from '../support/template.ts';

const ROUTE = 'AWS::ApiGatewayV2::Route';
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

function environmentOf(name: FunctionName): Record<string, unknown> {
  const FunctionName = `artists-cache-dev-${name}`;
  const [found] = Object.values(api.findResources(FUNCTION, { Properties: { FunctionName } }));
  return found?.Properties.Environment.Variables;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The statements of a function's role. */
function statementsOf(name: FunctionName): Statement[] {
  const roleId = name.replaceAll('-', '');
  const policies = resourcesOf(api, 'AWS::IAM::Policy').filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(`"${roleId}role`),
  );
  return policies.flatMap(
    ({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement,
  );
}

const actionsOf = (name: FunctionName) => statementsOf(name).flatMap(({ Action }) => Action);

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
});

describe('the functions', () => {
  it('run on the newest runtime, on arm64, with logs that end', () => {
    const functions = resourcesOf(api, FUNCTION);
    expect(functions).toHaveLength(functionNames.length);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect(Properties.LoggingConfig).toMatchObject({
        LogFormat: 'JSON',
        LogGroup: { Ref: expect.any(String) },
      });
    }
    for (const { Properties } of resourcesOf(api, 'AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays).toBe(7);
  });

  it('answer before the gateway gives up after 30 s', () => {
    const served = new Set(allRoutes.map(({ functionName }) => `artists-cache-dev-${functionName}`));
    for (const { Properties } of resourcesOf(api, FUNCTION)) {
      if (served.has(Properties.FunctionName as string)) expect(Properties.Timeout).toBeLessThan(30);
    }
  });

  const everywhere = [
    'POWERTOOLS_LOG_LEVEL',
    'POWERTOOLS_METRICS_NAMESPACE',
    'POWERTOOLS_SERVICE_NAME',
    'STAGE',
  ];
  const ages = ['FRESH_SECONDS', 'KEEP_SECONDS'];
  const cache = ['CACHE_TABLE', ...ages];
  const spotify = ['SPOTIFY_SECRET_ID', 'TOKEN_KEY_ID'];

  it.each<[FunctionName, string[]]>([
    [
      'get-artists',
      [...cache, ...spotify, 'ACCOUNT_TABLE', 'STATISTICS_TABLE', 'RETRY_SECONDS', 'REFRESH_FUNCTION'],
    ],
    ['refresh-artists', [...cache, ...spotify, 'ACCOUNT_TABLE', 'STATISTICS_TABLE', 'RETRY_SECONDS']],
    ['toggle-artist', [...cache, 'ACCOUNT_TABLE', 'STATISTICS_TABLE']],
    ['sync-artists', [...cache, ...spotify, 'ACCOUNT_TABLE', 'STATISTICS_TABLE']],
    ['get-profile', [...cache, 'ACCOUNT_TABLE']],
    ['connect-platform', ['ACCOUNT_TABLE', 'SPOTIFY_SECRET_ID', 'SPOTIFY_REDIRECT_URI']],
    [
      'complete-connection',
      [...cache, ...spotify, 'ACCOUNT_TABLE', 'STATISTICS_TABLE', 'SPOTIFY_REDIRECT_URI'],
    ],
    ['disconnect-platform', [...cache, 'ACCOUNT_TABLE', 'STATISTICS_TABLE']],
    ['get-cache-stats', [...ages, 'STATISTICS_TABLE']],
    ['not-found', []],
    ['sweep', [...cache, 'STATISTICS_TABLE']],
  ])('%s has exactly the environment that it uses', (name, own) => {
    expect(Object.keys(environmentOf(name)).toSorted()).toEqual([...everywhere, ...own].toSorted());
  });

  it('hear of the configured ages', () => {
    const configured = templatesOf({ freshSeconds: 5, keepSeconds: 10, retrySeconds: 2 }).api;
    configured.hasResourceProperties(FUNCTION, {
      FunctionName: 'artists-cache-dev-get-artists',
      Environment: {
        Variables: Match.objectLike({ FRESH_SECONDS: '5', KEEP_SECONDS: '10', RETRY_SECONDS: '2' }),
      },
    });
  });

  it('set concurrency aside for the busiest one on request only', () => {
    const reserved = templatesOf({ reservedConcurrency: 50 }).api;
    expect(resourcesOf(api, FUNCTION).filter((f) => 'ReservedConcurrentExecutions' in f.Properties)).toEqual(
      [],
    );
    reserved.hasResourceProperties(FUNCTION, {
      FunctionName: 'artists-cache-dev-get-artists',
      ReservedConcurrentExecutions: 50,
    });
  });
});

describe('the permissions', () => {
  it.each(functionNames)('%s may write its own logs', (name) => {
    expect(actionsOf(name)).toEqual(expect.arrayContaining(['logs:CreateLogStream', 'logs:PutLogEvents']));
  });

  it('name every action and resource: no wildcard anywhere, and no managed policy', () => {
    const statements = functionNames.flatMap(statementsOf);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    expect(statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'))).toEqual([]);
    for (const { Properties } of resourcesOf(api, 'AWS::IAM::Role'))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it.each<[variable: string, resource: string]>([
    ['CACHE_TABLE', 'CacheTable'],
    ['ACCOUNT_TABLE', 'AccountTable'],
    ['STATISTICS_TABLE', 'StatisticsTable'],
    ['TOKEN_KEY_ID', 'TokenKey'],
    ['SPOTIFY_SECRET_ID', 'SpotifyClient'],
    ['REFRESH_FUNCTION', 'refreshartists'],
  ])('%s is known to those who may use it, and to nobody else', (variable, resource) => {
    const knowing = functionNames.filter((name) => variable in environmentOf(name));
    const allowed = functionNames.filter((name) =>
      statementsOf(name).some(
        ({ Action, Resource }) =>
          JSON.stringify(Resource).includes(resource) && !JSON.stringify(Action).includes('logs:'),
      ),
    );
    expect(knowing).toEqual(allowed);
  });

  it('let the key of the tokens be used only for the user and platform of a token', () => {
    const uses = functionNames
      .flatMap(statementsOf)
      .filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(uses.length).toBeGreaterThan(0);
    for (const { Condition } of uses) {
      expect(Condition).toEqual({
        StringEquals: { 'kms:EncryptionContext:platform': ['spotify'] },
        Null: { 'kms:EncryptionContext:userId': 'false' },
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['userId', 'platform'] },
      });
    }
  });

  it('never let a table be scanned', () => {
    expect(functionNames.flatMap(actionsOf)).not.toContain('dynamodb:Scan');
  });

  it('let the profile look and touch nothing', () => {
    const actions = actionsOf('get-profile').filter((action) => !action.startsWith('logs:'));
    expect(actions).not.toHaveLength(0);
    expect(actions.filter((action) => !/^dynamodb:(GetItem|Query)$/.test(action))).toEqual([]);
  });
});

describe('what runs without a request', () => {
  it('sweeps every hour, tries again, and keeps what failed', () => {
    api.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: Match.objectLike({
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^sweep'), 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Failures'), 'Arn'] } },
        RetryPolicy: Match.objectLike({ MaximumRetryAttempts: 2 }),
      }),
    });
  });

  it('tries a computation that crashed again, but not for long, and keeps what failed for good', () => {
    api.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^refreshartists') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Failures'), 'Arn'] } },
      },
    });
  });
});
