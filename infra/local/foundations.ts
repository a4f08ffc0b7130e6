import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { startEmbeddedDynamodb } from './dynamodb/embedded.ts';
import { createFront } from './front.ts';
import { type Listening, portProblem, serve } from './http.ts';
import { StartProblem } from './problem.ts';
import type { Settings } from './settings.ts';
import { createSpotifyStandIn } from './spotify/stand-in.ts';

export interface FoundationOptions extends Partial<Settings> {
  /** Where everything that lasts is kept, unless `memory` is set; `.local` in the repository unless given. */
  readonly directory?: string;
  readonly clock?: Clock | undefined;
}

/** Times a step of the start and tells of it. */
export type Step = <T>(part: string, work: () => Promise<T>, detail: (result: T) => string) => Promise<T>;

/** A DynamoDB that is up answers in milliseconds, one in another region in less than a second. */
const REACHED_WITHIN_MS = 5_000;

type SpotifyClient = NonNullable<Settings['spotifyClient']>;

export interface Foundations {
  readonly front: ReturnType<typeof createFront>;
  readonly http: Listening;
  readonly spotify: { readonly url: string | undefined; readonly client: SpotifyClient };
  readonly dynamodb: { readonly url: string; readonly directory: string | undefined };
  readonly directory: string;
  /** The path of what outlives a restart; undefined when nothing does. */
  kept(name: string): string | undefined;
}

/** Takes every port, before anything slow begins: one that is taken is known at once, as is a DynamoDB that is not there. */
export async function layFoundations(
  options: FoundationOptions,
  parts: AsyncDisposableStack,
  step: Step,
): Promise<Foundations> {
  const directory = await placeOf(options, parts);
  const kept = (name: string) => (options.memory === false ? join(directory, name) : undefined);
  const front = createFront();
  const http = await serve(front.handle, options.port, 'PORT');
  parts.defer(() => http.close());
  const spotify = await step(
    'Spotify',
    () => startSpotify(options, parts, kept('spotify.jsonl')),
    ({ url }) => url ?? 'the real one',
  );
  const dynamodb = await step(
    'DynamoDB',
    () => startDynamodb(options, parts, kept('dynamodb')),
    ({ url, directory: stored }) => `${url}, ${stored ? `kept in ${stored}` : 'nothing kept'}`,
  );
  return { front, http, spotify, dynamodb, directory, kept };
}

/** Where things are kept, made when it is not there yet; a directory of its own for a run that keeps nothing. */
async function placeOf(
  { memory, directory = join(import.meta.dirname, '../../.local') }: FoundationOptions,
  parts: AsyncDisposableStack,
): Promise<string> {
  if (memory === false) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return directory;
  }
  const temporary = await mkdtemp(join(tmpdir(), 'artists-cache-'));
  parts.defer(() => rm(temporary, { recursive: true, force: true }));
  return temporary;
}

async function startSpotify(
  { spotifyClient, spotifyPort = 0, clock = systemClock }: FoundationOptions,
  parts: AsyncDisposableStack,
  keptIn: string | undefined,
): Promise<Foundations['spotify']> {
  if (spotifyClient) return { url: undefined, client: spotifyClient };
  const client = { clientId: 'local-client', clientSecret: randomBytes(16).toString('hex') };
  const standIn = await createSpotifyStandIn({
    port: spotifyPort,
    ...client,
    clock,
    ...(keptIn && { keptIn }),
  }).catch((error: Error) => {
    throw portProblem(error.cause ?? error, spotifyPort, 'SPOTIFY_PORT');
  });
  parts.defer(() => standIn.close());
  return { url: standIn.url, client };
}

async function startDynamodb(
  { dynamodbEndpoint, dynamodbPort = 0 }: FoundationOptions,
  parts: AsyncDisposableStack,
  directory: string | undefined,
): Promise<Foundations['dynamodb']> {
  if (dynamodbEndpoint) {
    await requireReachable(dynamodbEndpoint);
    return { url: dynamodbEndpoint, directory: undefined };
  }
  const embedded = await startEmbeddedDynamodb(dynamodbPort, directory);
  parts.defer(() => embedded.close());
  return { url: embedded.url, directory };
}

/** Any reply will do: what DynamoDB says to a GET is its own affair. */
async function requireReachable(url: string): Promise<void> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(REACHED_WITHIN_MS) });
  } catch (cause) {
    throw new StartProblem(`DYNAMODB_ENDPOINT ${url} cannot be reached: start it, or unset the variable`, {
      cause,
    });
  }
}
