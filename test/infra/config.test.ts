import { describe, expect, it } from 'vitest';
import { ConfigError, hasPlaceholders, parseConfig, readConfig } from '../../infra/config.ts';
import { PROD } from '../support/template.ts';

const noContext = () => undefined;

describe('the configuration of a deployment', () => {
  it('needs nothing for a dev synthesis, and says that this is no deployment', () => {
    const config = parseConfig({});

    expect(config).toMatchObject({
      stage: 'dev',
      freshSeconds: 10_800,
      keepSeconds: 21_600,
      retrySeconds: 30,
      corsOrigins: [],
    });
    expect(hasPlaceholders(config)).toBe(true);
    expect(hasPlaceholders(parseConfig(PROD))).toBe(false);
  });

  it('reads the environment, and the CDK context before it', () => {
    const context = new Map<string, unknown>([['freshSeconds', '60']]);
    const env = {
      FRESH_SECONDS: '5',
      KEEP_SECONDS: '120',
      CORS_ORIGINS: 'https://a.example, https://b.example',
    };

    const config = readConfig((key) => context.get(key), env);

    expect(config).toMatchObject({
      freshSeconds: 60,
      keepSeconds: 120,
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
  });

  it('takes an empty variable for none', () => {
    expect(readConfig(noContext, { ALARM_EMAIL: '', STAGE: '' })).toEqual(parseConfig({}));
  });

  it('refuses a prod deployment that does not say whose tokens it trusts', () => {
    expect(() => parseConfig({ stage: 'prod' })).toThrow(
      new ConfigError(
        'configuration: jwtIssuer (JWT_ISSUER) is required for stage prod; ' +
          'jwtAudience (JWT_AUDIENCE) is required for stage prod; ' +
          'spotifyClientId (SPOTIFY_CLIENT_ID) is required for stage prod; ' +
          'spotifyRedirectUri (SPOTIFY_REDIRECT_URI) is required for stage prod; ' +
          'alarmEmail (ALARM_EMAIL) is required for stage prod',
      ),
    );
  });

  it.each([
    [{ stage: 'test' }, 'stage (STAGE) must be dev or prod'],
    [{ freshSeconds: '3h' }, 'freshSeconds (FRESH_SECONDS) must be a positive whole number of seconds'],
    [{ freshSeconds: 0 }, 'freshSeconds (FRESH_SECONDS) must be a positive whole number of seconds'],
    [{ retrySeconds: '-1' }, 'retrySeconds (RETRY_SECONDS) must be a positive whole number of seconds'],
    [{ monthlyBudget: '0' }, 'monthlyBudget (MONTHLY_BUDGET) must be a positive whole number of dollars'],
    [{ freshSeconds: 60, keepSeconds: 60 }, 'keepSeconds (KEEP_SECONDS) must be more than freshSeconds'],
    [{ jwtIssuer: 'login.example' }, 'jwtIssuer (JWT_ISSUER) must be an https URL, or http://127.0.0.1'],
    [
      { jwtIssuer: 'http://login.example' },
      'jwtIssuer (JWT_ISSUER) must be an https URL, or http://127.0.0.1',
    ],
    [
      { spotifyRedirectUri: 'http://localhost:3000/callback' },
      'spotifyRedirectUri (SPOTIFY_REDIRECT_URI) must be an https URL, or http://127.0.0.1',
    ],
    [
      { corsOrigins: 'https://app.example/' },
      'corsOrigins (CORS_ORIGINS) must be origins like https://app.example',
    ],
    [{ corsOrigins: '*' }, 'corsOrigins (CORS_ORIGINS) must be origins like https://app.example'],
    [{ logLevel: 'WARN' }, 'logLevel (LOG_LEVEL) must be DEBUG or INFO'],
    [{ boundConcurrency: 'maybe' }, 'boundConcurrency (BOUND_CONCURRENCY) must be true or false'],
    [
      { domainName: 'https://api.app.example' },
      'domainName (DOMAIN_NAME) must be a domain like api.app.example',
    ],
    [
      { domainName: 'api.app.example' },
      'certificateArn (CERTIFICATE_ARN) goes with domainName: give both or neither',
    ],
    [
      { domainName: 'api.app.example', certificateArn: 'abc' },
      'certificateArn (CERTIFICATE_ARN) must be the ARN of a certificate',
    ],
    [{ requiredScope: 'artists profile' }, 'requiredScope (REQUIRED_SCOPE) must be one scope'],
    [{ spotifyClientId: '{"id"}' }, 'spotifyClientId (SPOTIFY_CLIENT_ID) must be a client id'],
    [{ alarmEmail: 'no-address' }, 'alarmEmail (ALARM_EMAIL) must be an e-mail address'],
    [
      { reservedConcurrency: '1.5' },
      'reservedConcurrency (RESERVED_CONCURRENCY) must be a positive whole number',
    ],
  ])('says in one line what is wrong with %j', (input, problem) => {
    expect(() => parseConfig(input)).toThrow(new ConfigError(`configuration: ${problem}`));
  });

  it('speaks more in dev, and bounds what runs by itself in prod', () => {
    expect(parseConfig({})).toMatchObject({ logLevel: 'DEBUG', boundConcurrency: false });
    expect(parseConfig(PROD)).toMatchObject({ logLevel: 'INFO', boundConcurrency: true });
    expect(parseConfig({ ...PROD, logLevel: 'DEBUG', boundConcurrency: 'false' })).toMatchObject({
      logLevel: 'DEBUG',
      boundConcurrency: false,
    });
  });

  it('lets one machine be its own issuer', () => {
    const local = {
      jwtIssuer: 'http://127.0.0.1:3000/',
      spotifyRedirectUri: 'http://127.0.0.1:3000/callback',
    };
    expect(parseConfig(local)).toMatchObject(local);
  });
});
