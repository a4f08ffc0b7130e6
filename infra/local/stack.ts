import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Application, type ApplicationOptions, type Ground, startApplication } from './application.ts';
import { ISSUER_PATH } from './control/control.ts';
import { deploy, type Synthesize } from './deployment.ts';
import { type FoundationOptions, type Foundations, layFoundations, type Step } from './foundations.ts';
import { createFront } from './front.ts';
import type { AccessReport } from './iam/access-ledger.ts';
import { createIssuer } from './issuer.ts';
import { loadKeys } from './keys.ts';
import type { LambdaService } from './lambda/service.ts';
import { createRequestRecord } from './record/request-record.ts';
import { type Deployment, synthesize } from './synth.ts';
import { createTelemetry } from './telemetry.ts';
import { changesBetween } from './template/changes.ts';
import type { Model } from './template/model.ts';
import { REGION } from './template/resources.ts';

export interface LocalStackOptions extends FoundationOptions, ApplicationOptions {
  /** A part is up: its name, its address or size, and how long it took. */
  onPart?(part: string, detail: string, ms: number): void;
  /** How far a part is that takes its time; at least every two seconds. */
  onProgress?(part: string, detail: string): void;
  /** Whether the last requests are remembered: what the console page shows of one. */
  readonly record?: boolean;
  /** Told of each line that a function writes. */
  onLog?(functionName: string, line: string): void;
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
  /**
   * Synthesizes again and runs what the templates say now, with all that is stored. What has begun ends as it began.
   *
   * @returns what is another than before; when nothing is, everything runs on
   * @throws StartProblem when it cannot be synthesized, or not over what is stored; what was deployed before runs on
   */
  redeploy(): Promise<string[]>;
  /** The sources of the console page have changed. */
  forgetConsole(): void;
  /** What each function was granted by the templates, and what became of it since the start. */
  accessReport(): AccessReport;
  /** What functions wrote as metrics and CloudWatch would pass over, since the start. */
  malformedMetrics(): string[];
  close(): Promise<void>;
}

const AUDIENCE = 'artists-cache';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

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
  const { http, spotify, outside, dynamodb, directory } = foundations;
  const settings = settingsOf(options, foundations);
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: REGION, credentials: CREDENTIALS });
  parts.defer(() => client.destroy());
  const how = { synthesize: options.synthesize ?? synthesize, step, signal, client };
  const first = await deploy(foundations, settings, how);
  const logDirectory = join(directory, 'logs');
  const ground = await prepareGround({ options, foundations, client, logDirectory }, parts);
  const running = createRunning(ground, parts);
  await running.start(first);
  await step(
    'API',
    async () => front.open(running.application),
    () => http.url,
  );
  return {
    apiUrl: http.url,
    spotifyUrl: spotify.url,
    outsideUrl: outside?.apiUrl,
    dynamodbUrl: dynamodb.url,
    get awsUrl() {
      return running.application.aws.url;
    },
    get credentials() {
      return running.application.credentials;
    },
    get model() {
      return running.application.model;
    },
    get lambda() {
      return running.application.lambda;
    },
    directory,
    logDirectory,
    async redeploy() {
      const model = await deploy(foundations, settings, how);
      const changes = changesBetween(running.application.model, model);
      if (changes.length === 0) return changes;
      await running.start(model);
      front.open(running.application);
      await running.retireOthers();
      return changes;
    },
    forgetConsole: () => running.application.forgetConsole(),
    accessReport: () => running.application.guard.report(),
    malformedMetrics: () => [...ground.telemetry.malformed],
    close: () => parts.disposeAsync(),
  };
}

/** What the application is told, whenever it is deployed. */
function settingsOf(options: LocalStackOptions, { http, spotify }: Foundations): Deployment {
  return {
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
}

interface GroundParts extends Pick<Ground, 'foundations' | 'client'> {
  readonly options: LocalStackOptions;
  readonly logDirectory: string;
}

async function prepareGround(
  { options, foundations, client, logDirectory }: GroundParts,
  parts: AsyncDisposableStack,
): Promise<Ground> {
  const { http, kept } = foundations;
  const { clock } = options;
  const keys = await loadKeys(kept('keys.json'));
  const telemetry = createTelemetry({ ...options, logDirectory, metricsFile: kept('metrics.json') }, parts);
  const url = http.url + ISSUER_PATH;
  const issuer = await createIssuer({ url, audience: AUDIENCE, privateKey: keys.issuer, clock });
  const record = options.record ? createRequestRecord() : undefined;
  return { foundations, client, keys, issuer, telemetry, record, options };
}

/** The application that requests reach, and those before it that still end what they have begun. */
function createRunning(ground: Ground, parts: AsyncDisposableStack) {
  const all: Application[] = [];
  parts.defer(async () => {
    // What ran last can be asked for its reports still.
    await Promise.all(all.map((application) => application.close()));
  });
  const isInspected = (ground.options.inspectPorts?.size ?? 0) > 0;
  return {
    get application(): Application {
      return all.at(-1) as Application;
    },
    async start(model: Model): Promise<void> {
      all.push(await startApplication(model, ground));
    },
    /** A debugger holds its port: there what has begun does not end by itself. */
    async retireOthers(): Promise<void> {
      for (const before of all.slice(0, -1)) {
        const ended = isInspected ? before.close() : before.retire();
        const forgotten = ended.finally(() => {
          if (all.includes(before)) all.splice(all.indexOf(before), 1);
        });
        if (isInspected) await forgotten;
        else forgotten.catch((error: unknown) => ground.options.onFailure?.(String(error)));
      }
    },
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
