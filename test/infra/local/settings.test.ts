import { describe, expect, it } from 'vitest';
import { StartProblem } from '../../../infra/local/problem.ts';
import { readSettings } from '../../../infra/local/settings.ts';

describe('settings', () => {
  it('have the ports and the stand-in of the contract without any variable', () => {
    expect(readSettings({ PORT: '' })).toMatchObject({
      port: 3000,
      spotifyPort: 3001,
      dynamodbPort: 8000,
      dynamodbEndpoint: undefined,
      freshSeconds: undefined,
      retrySeconds: undefined,
      spotifyClient: undefined,
      host: undefined,
      redirectUri: undefined,
      corsOrigins: undefined,
    });
  });

  it('read every variable', () => {
    const env = {
      PORT: '4000',
      SPOTIFY_PORT: '0',
      DYNAMODB_PORT: '4002',
      DYNAMODB_ENDPOINT: 'http://127.0.0.1:8042/',
      FRESH_SECONDS: '2',
      KEEP_SECONDS: '4',
      RETRY_SECONDS: '1',
      SPOTIFY_CLIENT_ID: 'id',
      SPOTIFY_CLIENT_SECRET: 'secret',
      LAMBDA_CONCURRENCY: '2',
      HOST: '192.168.1.5',
      CORS_ORIGINS: 'http://localhost:8081',
      SPOTIFY_REDIRECT_URI: 'https://app.example/callback',
    };
    expect(readSettings(env)).toEqual({
      port: 4000,
      spotifyPort: 0,
      dynamodbPort: 4002,
      dynamodbEndpoint: 'http://127.0.0.1:8042',
      freshSeconds: 2,
      keepSeconds: 4,
      retrySeconds: 1,
      spotifyClient: { clientId: 'id', clientSecret: 'secret' },
      lambdaConcurrency: 2,
      host: '192.168.1.5',
      redirectUri: 'https://app.example/callback',
      corsOrigins: 'http://localhost:8081',
    });
  });

  it.each([
    [{ PORT: 'http' }, /^PORT must be a whole number, 0 to 65535, and is "http"$/],
    [{ PORT: '70000' }, /^PORT must be/],
    [{ SPOTIFY_PORT: '-1' }, /^SPOTIFY_PORT must be/],
    [{ FRESH_SECONDS: '0' }, /^FRESH_SECONDS must be/],
    [{ KEEP_SECONDS: '1.5' }, /^KEEP_SECONDS must be/],
    [{ RETRY_SECONDS: '0' }, /^RETRY_SECONDS must be/],
    [{ FRESH_SECONDS: '30000' }, /^KEEP_SECONDS \(21600\) must be greater than FRESH_SECONDS \(30000\)$/],
    [{ DYNAMODB_ENDPOINT: 'localhost' }, /^DYNAMODB_ENDPOINT must be an address/],
    [{ DYNAMODB_ENDPOINT: 'ftp://x' }, /^DYNAMODB_ENDPOINT must be an address/],
    [{ SPOTIFY_CLIENT_ID: 'id' }, /^SPOTIFY_CLIENT_SECRET is missing/],
    [{ SPOTIFY_CLIENT_SECRET: 'topsecret' }, /^SPOTIFY_CLIENT_ID is missing(?!.*topsecret)/],
    [{ LAMBDA_CONCURRENCY: 'many' }, /^LAMBDA_CONCURRENCY must be/],
  ])('%j is one clear line', (env, message) => {
    expect(() => readSettings(env)).toThrow(StartProblem);
    expect(() => readSettings(env)).toThrow(message);
  });

  it.each(['', 'my-laptop.local', 'x86_64-conda-linux-gnu'])('open nothing for HOST=%s', (HOST) => {
    expect(readSettings({ HOST }).host).toBeUndefined();
  });
});
