import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type FunctionName, functionNames } from '../../infra/functions.ts';
import { allRoutes } from '../../shared/contract/routes.ts';
import { environmentOf, PROD, resourcesOf, templatesOf } from '../support/template.ts';

const FUNCTION = 'AWS::Lambda::Function';

const { api } = templatesOf();
const prod = templatesOf(PROD).api;

const concurrencyIn = (template: typeof api) =>
  Object.fromEntries(
    resourcesOf(template, FUNCTION).flatMap(({ Properties }) =>
      'ReservedConcurrentExecutions' in Properties
        ? [[Properties.FunctionName, Properties.ReservedConcurrentExecutions]]
        : [],
    ),
  );

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
  const spotify = ['SPOTIFY_CLIENT_ID', 'SPOTIFY_SECRET_ID', 'TOKEN_KEY_ID'];

  it.each<[FunctionName, string[]]>([
    ['get-artists', [...cache, ...spotify, 'ACCOUNT_TABLE', 'RETRY_SECONDS', 'REFRESH_FUNCTION']],
    ['refresh-artists', [...cache, ...spotify, 'ACCOUNT_TABLE', 'RETRY_SECONDS']],
    ['toggle-artist', [...cache, 'ACCOUNT_TABLE']],
    ['sync-artists', [...cache, ...spotify, 'ACCOUNT_TABLE']],
    ['get-profile', [...cache, 'ACCOUNT_TABLE']],
    ['connect-platform', ['ACCOUNT_TABLE', 'SPOTIFY_CLIENT_ID', 'SPOTIFY_REDIRECT_URI']],
    ['complete-connection', [...cache, ...spotify, 'ACCOUNT_TABLE', 'SPOTIFY_REDIRECT_URI']],
    ['disconnect-platform', [...cache, 'ACCOUNT_TABLE']],
    ['get-cache-stats', [...cache, 'METRICS_DELAY_SECONDS']],
    ['not-found', []],
    ['sweep', [...cache]],
  ])('%s has exactly the environment that it uses', (name, own) => {
    expect(Object.keys(environmentOf(api, name)).toSorted()).toEqual([...everywhere, ...own].toSorted());
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

  it('are bounded in prod where nothing before them is, and in dev take nothing from a small account', () => {
    expect(concurrencyIn(api)).toEqual({});
    expect(concurrencyIn(prod)).toEqual({
      'artists-cache-prod-refresh-artists': 50,
      'artists-cache-prod-sweep': 1,
    });
  });

  it('set concurrency aside for the busiest one on request only', () => {
    const reserved = templatesOf({ reservedConcurrency: 200 }).api;
    expect(concurrencyIn(reserved)).toEqual({ 'artists-cache-dev-get-artists': 200 });
  });

  it('say more in dev than in prod, and drop no record of metrics in either', () => {
    for (const { Properties } of resourcesOf(api, FUNCTION)) {
      expect(Properties.LoggingConfig).toMatchObject({
        ApplicationLogLevel: 'DEBUG',
        SystemLogLevel: 'INFO',
      });
    }
    for (const { Properties } of resourcesOf(prod, FUNCTION)) {
      expect(Properties.LoggingConfig).toMatchObject({ ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' });
    }
    for (const { Properties } of resourcesOf(prod, 'AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays).toBe(30);
  });

  it('carry no source maps into the hot path', () => {
    expect(JSON.stringify(resourcesOf(api, FUNCTION))).not.toMatch(/source-?map/i);
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
