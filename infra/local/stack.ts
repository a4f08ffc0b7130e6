import { join } from 'node:path';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createCacheControl } from './control/cache-control.ts';
import { createConsolePage } from './control/console-page.ts';
import { createControl, ISSUER_PATH } from './control/control.ts';
import { createStoredEntry } from './control/stored-entry.ts';
import { deploy, type Synthesize } from './deployment.ts';
import { type FoundationOptions, type Foundations, layFoundations, type Step } from './foundations.ts';
import { createFront } from './front.ts';
import { type Answered, createGateway } from './gateway/gateway.ts';
import type { AccessReport } from './iam/access-ledger.ts';
import { createIssuer } from './issuer.ts';
import { loadKeys } from './keys.ts';
import type { LambdaService } from './lambda/service.ts';
import { createRequestRecord } from './record/request-record.ts';
import { type ServiceOptions, startServices } from './services.ts';
import { synthesize } from './synth.ts';
import type { Model } from './template/model.ts';

export interface LocalStackOptions
  extends FoundationOptions,
    Omit<ServiceOptions, 'logDirectory' | 'lambdaConcurrency' | 'witness'> {
  /** Whether the limits of the stage hold, as on AWS; not unless told: tests ask more at once than people do. */
  readonly throttled?: boolean;
  /** A part is up: its name, its address or size, and how long it took. */
  onPart?(part: string, detail: string, ms: number): void;
  /** How far a part is that takes its time; at least every two seconds. */
  onProgress?(part: string, detail: string): void;
  /** Whether the last requests are remembered: what the console page shows of one. */
  readonly record?: boolean;
  /** Told of each request of the API once it is answered. */
  onAnswered?(answered: Answered): void;
  /** Writes a cloud assembly into a directory; the CDK app of this repository unless given. */
  readonly synthesize?: Synthesize;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

export interface LocalStack {
  readonly apiUrl: string;
  /** Undefined with the real Spotify. */
  readonly spotifyUrl: string | undefined;
  /** Where other devices find the API; undefined unless it was opened to them. */
  readonly outsideUrl: string | undefined;
  readonly dynamodbUrl: string;
  /** KMS, Secrets Manager, CloudWatch and Lambda. */
  readonly awsUrl: string;
  /** With which `awsUrl` lets in what started this stack, and beside it only the functions. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly model: Model;
  /** Where everything is that this stack writes. */
  readonly directory: string;
  /** Where the logs of the functions are. */
  readonly logDirectory: string;
  readonly lambda: Pick<LambdaService, 'environments' | 'kill' | 'logs' | 'invoke' | 'replace' | 'warm'>;
  /** The sources of the console page have changed. */
  forgetConsole(): void;
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
  const front = createFront();
  const step = stepsOf(options, signal, front.tell);
  const foundations = await layFoundations(options, parts, step, front);
  const { http, spotify, outside, dynamodb, directory, kept } = foundations;
  const settings = {
    jwtIssuer: http.url + ISSUER_PATH,
    jwtAudience: AUDIENCE,
    spotifyClientId: spotify.client.clientId,
    spotifyRedirectUri: options.redirectUri ?? `${http.url}/callback`,
    corsOrigins: options.corsOrigins,
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
  const record = options.record ? createRequestRecord() : undefined;
  const { aws, credentials, lambda, schedules, guard, malformedMetrics } = await startServices(
    model,
    foundations,
    keys,
    { ...options, logDirectory, witness: record?.witness },
    parts,
  );
  const { clock } = options;
  const cacheTable = variableOf(model, 'CACHE_TABLE');
  if (!cacheTable) throw new Error('no function has a CACHE_TABLE');
  const db = DynamoDBDocumentClient.from(client);
  const consolePage = createConsolePage({
    spotifyUrl: spotify.url,
    freshSeconds: Number(variableOf(model, 'FRESH_SECONDS')),
    keepSeconds: Number(variableOf(model, 'KEEP_SECONDS')),
  });
  const control = createControl({
    cache: createCacheControl({
      db,
      cacheTable,
      accountTable: variableOf(model, 'ACCOUNT_TABLE'),
      clock,
    }),
    storedEntry: createStoredEntry({ db, cacheTable, clock }),
    recordedRequest: (requestId) => record?.describe(requestId),
    issuer: await createIssuer({
      url: settings.jwtIssuer,
      audience: AUDIENCE,
      privateKey: keys.issuer,
      clock,
    }),
    sweep: () => schedules.runNow('sweep'),
    isReady: () => allReachable(foundations),
    openapiPath: OPENAPI_PATH,
    consoleFile: consolePage.file,
  });
  const { onAnswered, throttled } = options;
  const gateway = createGateway({
    api: model.api,
    lambda,
    clock,
    throttled,
    ...(onAnswered ? { onAnswered } : {}),
  });
  await step(
    'API',
    async () => front.open(control, gateway),
    () => http.url,
  );
  return {
    apiUrl: http.url,
    spotifyUrl: spotify.url,
    outsideUrl: outside?.apiUrl,
    dynamodbUrl: dynamodb.url,
    awsUrl: aws.url,
    credentials,
    model,
    directory,
    logDirectory,
    lambda,
    forgetConsole: consolePage.forget,
    accessReport: () => guard.report(),
    malformedMetrics: () => [...malformedMetrics],
    close: () => parts.disposeAsync(),
  };
}

/** People wonder after two seconds of silence. */
const TELL_EVERY_MS = 1500;

function stepsOf(
  { onPart, onProgress }: LocalStackOptions,
  signal: AbortSignal,
  tell: (text: string) => void,
): Step {
  return async (part, work, detail, progress = () => '…') => {
    const startedAtMs = performance.now();
    tell(part);
    const telling = setInterval(() => {
      tell(`${part}: ${progress()}`);
      onProgress?.(part, progress());
    }, TELL_EVERY_MS);
    try {
      const result = await work();
      signal.throwIfAborted();
      onPart?.(part, detail(result), performance.now() - startedAtMs);
      return result;
    } finally {
      clearInterval(telling);
    }
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
