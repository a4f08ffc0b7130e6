import { join } from 'node:path';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createCacheControl } from './control/cache-control.ts';
import { createConsolePage } from './control/console-page.ts';
import { createControl, ISSUER_PATH } from './control/control.ts';
import { deploy, type Synthesize } from './deployment.ts';
import { type FoundationOptions, type Foundations, layFoundations, type Step } from './foundations.ts';
import { createGateway } from './gateway/gateway.ts';
import type { AccessReport } from './iam/access-ledger.ts';
import { createIssuer } from './issuer.ts';
import { loadKeys } from './keys.ts';
import type { LambdaService } from './lambda/service.ts';
import { type ServiceOptions, startServices } from './services.ts';
import { synthesize } from './synth.ts';
import type { Model } from './template/model.ts';

export interface LocalStackOptions
  extends FoundationOptions,
    Omit<ServiceOptions, 'logDirectory' | 'lambdaConcurrency'> {
  /** A part is up: its name, its address or size, and how long it took. */
  onPart?(part: string, detail: string, ms: number): void;
  /** Writes a cloud assembly into a directory; the CDK app of this repository unless given. */
  readonly synthesize?: Synthesize;
  /** How long a failed computation is not tried again; the template's unless given. */
  readonly retrySeconds?: number;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

export interface LocalStack {
  readonly apiUrl: string;
  /** Undefined with the real Spotify. */
  readonly spotifyUrl: string | undefined;
  readonly dynamodbUrl: string;
  /** KMS, Secrets Manager, CloudWatch and Lambda. */
  readonly awsUrl: string;
  readonly model: Model;
  /** Where the logs of the functions are. */
  readonly logDirectory: string;
  readonly lambda: Pick<LambdaService, 'environments' | 'kill' | 'logs' | 'invoke'>;
  /** What each function was granted by the templates, and what became of it since the start. */
  accessReport(): AccessReport;
  /** What functions wrote as metrics and CloudWatch would pass over, since the start. */
  malformedMetrics(): string[];
  close(): Promise<void>;
}

const AUDIENCE = 'artists-cache';
const OPENAPI_PATH = join(import.meta.dirname, '../../docs/openapi.json');

/**
 * Starts the whole application on 127.0.0.1: what the synthesized templates say, and nothing else. By default on free
 * ports and in memory.
 *
 * @throws StartProblem for what the caller can mend; then nothing is left running
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const parts = new AsyncDisposableStack();
  try {
    return await assemble(options, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function assemble(options: LocalStackOptions, parts: AsyncDisposableStack): Promise<LocalStack> {
  const { signal = new AbortController().signal } = options;
  const step = stepsOf(options, signal);
  const foundations = await layFoundations(options, parts, step);
  const { http, spotify, dynamodb, directory, kept } = foundations;
  const settings = {
    jwtIssuer: http.url + ISSUER_PATH,
    jwtAudience: AUDIENCE,
    spotifyRedirectUri: `${http.url}/callback`,
    freshSeconds: options.freshSeconds,
    keepSeconds: options.keepSeconds,
    retrySeconds: options.retrySeconds,
    // What was counted is there at once.
    metricsDelaySeconds: 0,
  };
  const how = { synthesize: options.synthesize ?? synthesize, step, signal };
  const { model, client } = await deploy(foundations, settings, how, parts);
  const keys = await loadKeys(kept('keys.json'));
  const logDirectory = join(directory, 'logs');
  const { aws, lambda, schedules, guard, malformedMetrics } = await startServices(
    model,
    foundations,
    keys,
    { ...options, logDirectory },
    parts,
  );
  const { clock } = options;
  const cacheTable = variableOf(model, 'CACHE_TABLE');
  if (!cacheTable) throw new Error('no function has a CACHE_TABLE');
  const db = DynamoDBDocumentClient.from(client);
  const control = createControl({
    cache: createCacheControl({
      db,
      cacheTable,
      accountTable: variableOf(model, 'ACCOUNT_TABLE'),
    }),
    issuer: await createIssuer({
      url: settings.jwtIssuer,
      audience: AUDIENCE,
      privateKey: keys.issuer,
      clock,
    }),
    sweep: () => schedules.runNow('sweep'),
    isReady: () => allReachable(foundations),
    openapiPath: OPENAPI_PATH,
    consoleFile: createConsolePage({
      spotifyUrl: spotify.url,
      freshSeconds: Number(variableOf(model, 'FRESH_SECONDS')),
      keepSeconds: Number(variableOf(model, 'KEEP_SECONDS')),
    }),
  });
  const gateway = createGateway({ api: model.api, lambda, clock });
  await step(
    'API',
    async () => foundations.front.open(control, gateway),
    () => http.url,
  );
  return {
    apiUrl: http.url,
    spotifyUrl: spotify.url,
    dynamodbUrl: dynamodb.url,
    awsUrl: aws.url,
    model,
    logDirectory,
    lambda,
    accessReport: () => guard.report(),
    malformedMetrics: () => [...malformedMetrics],
    close: () => parts.disposeAsync(),
  };
}

function stepsOf({ onPart }: LocalStackOptions, signal: AbortSignal): Step {
  return async (part, work, detail) => {
    const startedAtMs = performance.now();
    const result = await work();
    signal.throwIfAborted();
    onPart?.(part, detail(result), performance.now() - startedAtMs);
    return result;
  };
}

/** What functions are told in their environment: the name of a table, a number of seconds. */
function variableOf({ functions }: Model, variable: string): string | undefined {
  return functions.flatMap(({ environment }) => environment[variable] ?? [])[0];
}

async function allReachable({ dynamodb, spotify }: Foundations): Promise<boolean> {
  const urls = [dynamodb.url, spotify.url].filter((url) => url !== undefined);
  const answers = await Promise.all(urls.map(reachable));
  return answers.every(Boolean);
}

const HEALTH_TIMEOUT_MS = 2000;

/** Any answer will do. */
async function reachable(url: string): Promise<boolean> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    await reply.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
