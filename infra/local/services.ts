import { type Clock, systemClock } from '../../shared/clock.ts';
import { createKms } from './aws/kms.ts';
import { createSecretsManager } from './aws/secrets-manager.ts';
import { serveAws } from './aws/server.ts';
import { createCloudWatch } from './cloudwatch/get-metric-data.ts';
import { serveDynamodbFront } from './dynamodb/front.ts';
import type { Foundations } from './foundations.ts';
import { createGuard } from './iam/guard.ts';
import { createSessionTokens, type SessionTokens } from './iam/session-tokens.ts';
import type { LocalKeys } from './keys.ts';
import { createLambdaService, type LambdaService } from './lambda/service.ts';
import type { Witness } from './record/request-record.ts';
import { startSchedules } from './schedules.ts';
import type { Telemetry } from './telemetry.ts';
import { functionOf } from './template/functions.ts';
import type { Model } from './template/model.ts';

export interface ServiceOptions {
  readonly lambdaConcurrency?: number;
  onFailure?(message: string): void;
  readonly clock?: Clock | undefined;
  /** How long after a failed asynchronous invocation it is tried again; as AWS does unless given. */
  readonly asyncRetryDelaysMs?: readonly number[];
  /** Told of what the environments of the functions do. */
  readonly witness?: Witness | undefined;
  /** Functions that run under a debugger, such as `get-artists`, and the port where it finds each. */
  readonly inspectPorts?: ReadonlyMap<string, number>;
  /** How long an execution environment without work goes on running; as on AWS, not at all, unless given. */
  readonly freezeAfterMs?: number;
  /** Told where AWS and Spotify are, says where the functions shall look for them: a test may stand in between. */
  detour?(endpoints: Endpoints): Promise<Endpoints>;
}

/** Addresses, by the variable that tells a function of them. */
export type Endpoints = Readonly<Record<string, string>>;

const DEFAULT_CONCURRENCY = 8;

/** The functions, what they call of AWS, and what calls them by the clock. */
export async function startServices(
  model: Model,
  { dynamodb, spotify, outside }: Foundations,
  keys: LocalKeys,
  { metrics, logs }: Pick<Telemetry, 'metrics' | 'logs'>,
  options: ServiceOptions,
  parts: AsyncDisposableStack,
) {
  const { clock = systemClock, onFailure = () => undefined, asyncRetryDelaysMs, freezeAfterMs = 0 } = options;
  const { witness } = options;
  const tokens = createSessionTokens();
  const guard = createGuard(model.policies, tokens);
  const front = await serveDynamodbFront({ target: dynamodb.url, tables: model.tables, guard, witness });
  parts.defer(() => front.close());
  // The functions call AWS and AWS calls the functions: one of the two has to be named before it is there.
  let lambda: LambdaService | undefined;
  const aws = await serveAws({
    guard,
    model,
    services: {
      TrentService: createKms({ keys: model.keys, aliases: model.keyAliases, master: keys.kmsMaster }),
      secretsmanager: createSecretsManager({ secrets: model.secrets, value: secretOf(spotify.client) }),
      GraniteServiceVersion20100801: createCloudWatch(metrics),
    },
    lambda: () => lambda,
  });
  parts.defer(() => aws.close());
  const endpoints = endpointsOf(front.url, aws.url, spotify.url, outside?.spotifyUrl);
  const running = createLambdaService({
    functions: model.functions,
    endpoints: (await options.detour?.(endpoints)) ?? endpoints,
    concurrency: options.lambdaConcurrency ?? DEFAULT_CONCURRENCY,
    sessionTokenFor: tokens.tokenFor,
    logs,
    freezeAfterMs,
    witness,
    inspectPorts: inspectPortsOf(model, options.inspectPorts),
    onFailure,
    clock,
    ...(asyncRetryDelaysMs ? { asyncRetryDelaysMs } : {}),
  });
  parts.defer(() => running.close());
  lambda = running;
  const schedules = startSchedules({ schedules: model.schedules, lambda: running, clock });
  parts.defer(() => schedules.close());
  return { aws, credentials: credentialsOf(tokens), lambda: running, schedules, guard };
}

/** Those of the owner of the run, who may do everything. */
function credentialsOf(tokens: SessionTokens) {
  const accessKeyId = 'local';
  return { accessKeyId, secretAccessKey: 'local', sessionToken: tokens.tokenFor(accessKeyId) };
}

/** In the form in which the deployed secret holds it. */
function secretOf({ clientSecret }: Foundations['spotify']['client']): string {
  return JSON.stringify({ client_secret: clientSecret });
}

function inspectPortsOf({ functions }: Model, ports: ServiceOptions['inspectPorts'] = new Map()) {
  return new Map([...ports].map(([name, port]) => [functionOf(functions, name).name, port]));
}

/** @param consentUrl where users find Spotify's page, when that is not where functions find Spotify */
function endpointsOf(
  dynamodbUrl: string,
  awsUrl: string,
  spotifyUrl: string | undefined,
  consentUrl = spotifyUrl,
): Endpoints {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_ENDPOINT_URL_KMS: awsUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: awsUrl,
    AWS_ENDPOINT_URL_LAMBDA: awsUrl,
    AWS_ENDPOINT_URL_CLOUDWATCH: awsUrl,
    ...(spotifyUrl ? { SPOTIFY_ACCOUNTS_URL: consentUrl ?? spotifyUrl, SPOTIFY_API_URL: spotifyUrl } : {}),
  };
}
