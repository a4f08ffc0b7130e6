import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createCacheControl } from './control/cache-control.ts';
import { createConsolePage } from './control/console-page.ts';
import { createControl } from './control/control.ts';
import { createStoredEntry } from './control/stored-entry.ts';
import type { Foundations } from './foundations.ts';
import { type Answered, createGateway } from './gateway/gateway.ts';
import type { createIssuer } from './issuer.ts';
import type { LocalKeys } from './keys.ts';
import type { createRequestRecord } from './record/request-record.ts';
import { type ServiceOptions, startServices } from './services.ts';
import type { Telemetry } from './telemetry.ts';
import type { Model } from './template/model.ts';

export interface ApplicationOptions extends Omit<ServiceOptions, 'witness'> {
  /** Whether the limits of the stage hold, as on AWS; not unless told: tests ask more at once than people do. */
  readonly throttled?: boolean;
  /** Told of each request of the API once it is answered. */
  onAnswered?(answered: Answered): void;
}

/** What stays when the application is deployed anew. */
export interface Ground {
  readonly foundations: Foundations;
  readonly client: DynamoDBClient;
  readonly keys: LocalKeys;
  readonly issuer: Awaited<ReturnType<typeof createIssuer>>;
  readonly telemetry: Telemetry;
  readonly record: ReturnType<typeof createRequestRecord> | undefined;
  readonly options: ApplicationOptions;
}

export type Application = Awaited<ReturnType<typeof startApplication>>;

/** Runs what the templates say, over what is there already: its functions, what calls them, and what they call of AWS. */
export async function startApplication(model: Model, ground: Ground) {
  const parts = new AsyncDisposableStack();
  try {
    return await assemble(model, ground, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function assemble(model: Model, ground: Ground, parts: AsyncDisposableStack) {
  const { foundations, keys, telemetry, record, options } = ground;
  const services = await startServices(
    model,
    foundations,
    keys,
    telemetry,
    { ...options, witness: record?.witness },
    parts,
  );
  const { lambda, schedules } = services;
  const { consolePage, control } = createPages(model, ground, () => schedules.runNow('sweep'));
  const { clock, onAnswered, throttled } = options;
  const gateway = createGateway({
    api: model.api,
    lambda,
    clock,
    throttled,
    ...(onAnswered ? { onAnswered } : {}),
  });
  const requests = createCounter();
  return {
    model,
    ...services,
    control: requests.counted(control),
    gateway: requests.counted(gateway),
    forgetConsole: consolePage.forget,
    /** Ends when all that has begun has ended. Nothing new may come by then. */
    async retire(): Promise<void> {
      schedules.close();
      await requests.settled();
      await lambda.settled();
      await parts.disposeAsync();
    },
    close: () => parts.disposeAsync(),
  };
}

type Handle<T> = (request: IncomingMessage, response: ServerResponse) => Promise<T>;

/** Requests that have begun and not ended. */
function createCounter() {
  const begun = new Set<Promise<unknown>>();
  return {
    counted:
      <T>(handle: Handle<T>): Handle<T> =>
      async (request, response) => {
        const work = handle(request, response);
        begun.add(work);
        try {
          return await work;
        } finally {
          begun.delete(work);
        }
      },
    async settled(): Promise<void> {
      while (begun.size > 0) await Promise.allSettled(begun);
    },
  };
}

const OPENAPI_PATH = join(import.meta.dirname, '../../docs/openapi.json');

/** What only the local stack has. */
function createPages(
  model: Model,
  { foundations, client, issuer, record, options: { clock } }: Ground,
  sweep: Parameters<typeof createControl>[0]['sweep'],
) {
  const cacheTable = variableOf(model, 'CACHE_TABLE');
  if (!cacheTable) throw new Error('no function has a CACHE_TABLE');
  const db = DynamoDBDocumentClient.from(client);
  const consolePage = createConsolePage({
    spotifyUrl: foundations.spotify.url,
    freshSeconds: Number(variableOf(model, 'FRESH_SECONDS')),
    keepSeconds: Number(variableOf(model, 'KEEP_SECONDS')),
  });
  const control = createControl({
    cache: createCacheControl({ db, cacheTable, accountTable: variableOf(model, 'ACCOUNT_TABLE'), clock }),
    storedEntry: createStoredEntry({ db, cacheTable, clock }),
    recordedRequest: (requestId) => record?.describe(requestId),
    issuer,
    sweep,
    isReady: () => allReachable(foundations),
    openapiPath: OPENAPI_PATH,
    consoleFile: consolePage.file,
  });
  return { consolePage, control };
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
