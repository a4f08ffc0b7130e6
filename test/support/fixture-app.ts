import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Synthesize } from '../../infra/local/deployment.ts';

export interface FixtureFunction {
  /** CommonJS that sets `exports.handler`. */
  readonly code: string;
  readonly route?: string;
  readonly scopes?: readonly string[];
  /** A route without authorizer. */
  readonly open?: boolean;
  /** Of its route, in the stage. */
  readonly limit?: { readonly ThrottlingRateLimit?: number; readonly ThrottlingBurstLimit?: number };
  readonly timeout?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly retries?: number;
  /** The policy of its role; without, the function has no role. */
  readonly statements?: readonly unknown[];
}

const stackArtifact = (name: string) => ({
  type: 'aws:cloudformation:stack',
  properties: { templateFile: `${name}.template.json`, stackName: `fixture-${name}` },
});

/**
 * A small application as `cdk synth` would write it, in two stacks that share values by export and import: a cache table,
 * a key and a secret; functions of the caller's making; an HTTP API with a JWT authorizer; an hourly sweep.
 */
export function fixtureApp(functions: Readonly<Record<string, FixtureFunction>>): Synthesize {
  return async (directory, { jwtIssuer, jwtAudience }) => {
    mkdirSync(directory, { recursive: true });
    const write = (file: string, value: unknown) =>
      writeFileSync(join(directory, file), JSON.stringify(value));
    write('package.json', { type: 'commonjs' });
    write('manifest.json', { artifacts: { data: stackArtifact('data'), api: stackArtifact('api') } });
    write('data.template.json', dataTemplate);
    write('api.template.json', apiTemplate(functions, jwtIssuer, jwtAudience));
    const files: Record<string, unknown> = {};
    for (const [name, { code }] of Object.entries(functions)) {
      mkdirSync(join(directory, `asset.${name}`), { recursive: true });
      writeFileSync(join(directory, `asset.${name}`, 'index.js'), code);
      files[`hash-${name}`] = { source: { path: `asset.${name}`, packaging: 'zip' } };
    }
    write('api.assets.json', { files });
  };
}

const exported = (name: string, Value: unknown) => ({ Value, Export: { Name: `fixture:${name}` } });
const imported = (name: string) => ({ 'Fn::ImportValue': `fixture:${name}` });

const dataTemplate = {
  Resources: {
    Cache: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        TableName: 'fixture-cache',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'expiryHour', AttributeType: 'S' },
          { AttributeName: 'expiresAt', AttributeType: 'N' },
        ],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byExpiryHour',
            KeySchema: [
              { AttributeName: 'expiryHour', KeyType: 'HASH' },
              { AttributeName: 'expiresAt', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        Replicas: [{ Region: { Ref: 'AWS::Region' } }],
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    KeyAlias: {
      Type: 'AWS::KMS::Alias',
      Properties: { AliasName: 'alias/fixture', TargetKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    },
    OtherKey: { Type: 'AWS::KMS::Key', Properties: {} },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'fixture-secret' } },
  },
  Outputs: {
    Table: exported('table', { Ref: 'Cache' }),
    KeyArn: exported('key', { 'Fn::GetAtt': ['Key', 'Arn'] }),
    Secret: exported('secret', { Ref: 'Secret' }),
  },
};

function apiTemplate(
  functions: Readonly<Record<string, FixtureFunction>>,
  issuer: string,
  audience: string,
): unknown {
  const resources: Record<string, unknown> = {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'fixture',
        ProtocolType: 'HTTP',
        CorsConfiguration: {
          AllowOrigins: ['https://app.example'],
          AllowMethods: ['GET', 'POST'],
          AllowHeaders: ['authorization'],
          MaxAge: 3600,
        },
      },
    },
    Jwt: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: issuer, Audience: [audience] },
      },
    },
    // A function of CloudFormation's own kind, without an asset: nothing local runs it.
    Helper: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: '' }, Runtime: 'python3.13' } },
  };
  for (const [name, fn] of Object.entries(functions)) Object.assign(resources, functionResources(name, fn));
  if (functions.sweep) resources.Schedule = schedule;
  resources.Stage = stageOf(functions);
  return { Resources: resources };
}

/** A stage that limits nothing but the routes that ask for it. */
function stageOf(functions: Readonly<Record<string, FixtureFunction>>): unknown {
  const limited = Object.values(functions).flatMap(({ route, limit }) =>
    route && limit ? [[route, limit]] : [],
  );
  return {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      DefaultRouteSettings: { ThrottlingRateLimit: 1_000_000, ThrottlingBurstLimit: 1_000_000 },
      RouteSettings: Object.fromEntries(limited),
    },
  };
}

const schedule = {
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    Name: 'fixture-sweep',
    ScheduleExpression: 'rate(1 hour)',
    Target: { Arn: { 'Fn::GetAtt': ['sweep', 'Arn'] }, Input: '{"from":"schedule"}' },
  },
};

function functionResources(name: string, fn: FixtureFunction): Record<string, unknown> {
  const { route, open, scopes, timeout = 5, properties, environment, retries, statements } = fn;
  const integration = {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [name, 'Arn'] },
      PayloadFormatVersion: '2.0',
    },
  };
  const authorization = {
    AuthorizationType: 'JWT',
    AuthorizerId: { Ref: 'Jwt' },
    AuthorizationScopes: scopes,
  };
  return {
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: `fixture-${name}`,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: 256,
        Timeout: timeout,
        Code: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation substitutes it
          S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' },
          S3Key: `hash-${name}.zip`,
        },
        Environment: {
          Variables: {
            CACHE_TABLE: imported('table'),
            TOKEN_KEY_ID: imported('key'),
            SPOTIFY_SECRET_ID: imported('secret'),
            ...environment,
          },
        },
        ...(statements ? { Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] } } : {}),
        ...properties,
      },
    },
    ...(statements ? roleResources(name, statements) : {}),
    ...(route
      ? {
          [`${name}Integration`]: integration,
          [`${name}Route`]: {
            Type: 'AWS::ApiGatewayV2::Route',
            Properties: {
              ApiId: { Ref: 'Api' },
              RouteKey: route,
              Target: { 'Fn::Join': ['', ['integrations/', { Ref: `${name}Integration` }]] },
              ...(open ? { AuthorizationType: 'NONE' } : authorization),
            },
          },
        }
      : {}),
    ...(retries === undefined
      ? {}
      : {
          [`${name}Invoke`]: {
            Type: 'AWS::Lambda::EventInvokeConfig',
            Properties: { FunctionName: { Ref: name }, MaximumRetryAttempts: retries, Qualifier: '$LATEST' },
          },
        }),
  };
}

function roleResources(name: string, statements: readonly unknown[]): Record<string, unknown> {
  return {
    [`${name}Role`]: { Type: 'AWS::IAM::Role', Properties: {} },
    [`${name}Policy`]: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: `${name}Role` }],
        PolicyDocument: { Version: '2012-10-17', Statement: statements },
      },
    },
  };
}
