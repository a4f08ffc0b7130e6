import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartProblem } from '../../../infra/local/problem.ts';
import { readAssembly, type Stack } from '../../../infra/local/template/assembly.ts';
import { type Model, readModel } from '../../../infra/local/template/model.ts';
import { createResolver } from '../../../infra/local/template/resolve.ts';
import { fixtureApp } from '../../support/fixture-app.ts';

const CODE = 'exports.handler = async () => 1;';
const SETTINGS = {
  jwtIssuer: 'http://127.0.0.1:3000/_local/issuer',
  jwtAudience: 'me',
  spotifyClientId: 'local-client',
  spotifyRedirectUri: 'http://127.0.0.1:3000/callback',
};

const directory = mkdtempSync(join(tmpdir(), 'artists-cache-test-'));
let model: Model;

beforeAll(async () => {
  const app = fixtureApp({
    list: {
      code: CODE,
      route: 'GET /list',
      scopes: ['read'],
      timeout: 7,
      environment: { PLAIN: 1 },
      limit: { ThrottlingBurstLimit: 3 },
    },
    sweep: { code: CODE, retries: 0, properties: { LoggingConfig: { LogFormat: 'JSON' } } },
  });
  await app(directory, SETTINGS, new AbortController().signal);
  model = readModel(readAssembly(directory));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the model of the templates', () => {
  it('has each function with its bundle, limits and environment over the borders of stacks', () => {
    const [list, sweep] = model.functions;

    expect(list).toMatchObject({
      name: 'fixture-list',
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:fixture-list',
      handler: 'index.handler',
      codePath: join(directory, 'asset.list'),
      timeoutSeconds: 7,
      memoryMb: 256,
      logFormat: 'Text',
      asyncRetries: 2,
      environment: {
        CACHE_TABLE: 'fixture-cache',
        TOKEN_KEY_ID: model.keys[0]?.arn,
        SPOTIFY_SECRET_ID: model.secrets[0]?.arn,
        PLAIN: '1',
      },
    });
    expect(sweep).toMatchObject({ asyncRetries: 0, logFormat: 'JSON' });
    expect(model.functions).toHaveLength(2);
  });

  it('has the routes with the authorizer, the scopes and the limit of each', () => {
    expect(model.api.routes).toEqual([
      {
        key: 'GET /list',
        functionArn: model.functions[0]?.arn,
        timeoutMs: 30_000,
        authorizer: { issuer: SETTINGS.jwtIssuer, audience: ['me'] },
        scopes: ['read'],
        limit: { ratePerSecond: 1_000_000, burst: 3 },
      },
    ]);
    expect(model.api.cors).toMatchObject({ allowOrigins: ['https://app.example'], maxAgeSeconds: 3600 });
  });

  it('has the tables with their indexes, and schedules', () => {
    expect(model.tables).toMatchObject([
      {
        name: 'fixture-cache',
        ttlAttribute: 'expiresAt',
        create: { BillingMode: 'PAY_PER_REQUEST', GlobalSecondaryIndexes: [{ IndexName: 'byExpiryHour' }] },
      },
    ]);
    expect(model.schedules).toEqual([
      {
        name: 'fixture-sweep',
        everyMs: 3_600_000,
        functionArn: model.functions[1]?.arn,
        input: '{"from":"schedule"}',
      },
    ]);
    expect(model.keyAliases).toEqual([{ name: 'alias/fixture', target: model.keys[0]?.arn }]);
  });

  it('says which bundle is missing', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'artists-cache-test-'));
    await fixtureApp({ list: { code: CODE, route: 'GET /list' } })(
      empty,
      SETTINGS,
      new AbortController().signal,
    );
    rmSync(join(empty, 'asset.list', 'index.js'));

    expect(() => readModel(readAssembly(empty))).toThrow(StartProblem);
    expect(() => readModel(readAssembly(empty))).toThrow(/bundle of fixture-list is missing: no index\.js/);
    rmSync(empty, { recursive: true });
  });
});

describe('intrinsic functions', () => {
  const resolve = (value: unknown, parameters: Record<string, string> = {}) => {
    const stack: Stack = {
      name: 'one',
      assetPaths: new Map(),
      template: {
        Parameters: { Stage: { Default: 'dev' }, Bare: {} },
        Conditions: { IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] } },
        Resources: {
          Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
          Probe: { Type: 'Probe', Properties: { value } },
        },
      },
    };
    return createResolver([stack], parameters).all('Probe')[0]?.property('value');
  };

  it.each([
    [{ Ref: 'Stage' }, 'dev'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::StackName' }, 'one'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:123456789012:q'],
    [{ 'Fn::GetAtt': 'Queue.QueueName' }, 'q'],
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation substitutes them
    [{ 'Fn::Sub': 'a-${Stage}-${Queue.QueueName}-${!Literal}' }, 'a-dev-q-${Literal}'],
    [{ 'Fn::Sub': ['${x}/${AWS::Partition}', { x: { Ref: 'Stage' } }] }, 'dev/aws'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation substitutes them
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Stage' }]] }, 'a/dev'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::If': ['IsDev', 'yes', 'no'] }, 'yes'],
    [{ list: ['a', { Ref: 'AWS::NoValue' }], gone: { Ref: 'AWS::NoValue' } }, { list: ['a'] }],
  ])('%j is %j', (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('prefers a given parameter to its default', () => {
    expect(resolve({ Ref: 'Stage' }, { Stage: 'prod' })).toBe('prod');
  });

  it.each([
    [{ Ref: 'Nothing' }, /no resource Nothing/],
    [{ Ref: 'Bare' }, /parameter Bare has no value/],
    [{ 'Fn::GetAtt': ['Queue', 'Colour'] }, /no attribute Colour/],
    [{ 'Fn::ImportValue': 'nothing' }, /nothing exports "nothing"/],
    [{ 'Fn::Cidr': [] }, /does not know Fn::Cidr/],
  ])('%j is refused', (value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});
