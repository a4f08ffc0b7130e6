import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { startEmbeddedDynamodb } from './dynamodb/embedded.ts';
import { createFront } from './front.ts';
import { type Listening, portProblem, requireCallable, serve } from './http.ts';
import { addressesOf, openTo } from './open-to.ts';
import { StartProblem } from './problem.ts';
import type { Settings } from './settings.ts';
import { createSpotifyStandIn } from './spotify/stand-in.ts';

export interface FoundationOptions extends Partial<Settings> {
  /** Where everything that lasts is kept, unless `memory` is set; `.local` in the repository unless given. */
  readonly directory?: string;
  readonly clock?: Clock | undefined;
}

/** Times a step of the start and tells of it, also while it takes its time. */
export type Step = <T>(
  part: string,
  work: () => Promise<T>,
  detail: (result: T) => string,
  /** How far it is, where it may take long. */
  progress?: () => string,
) => Promise<T>;

/** A DynamoDB that is up answers in milliseconds, one in another region in less than a second. */
const REACHED_WITHIN_MS = 5_000;

type SpotifyClient = NonNullable<Settings['spotifyClient']>;

interface Outside {
  readonly apiUrl: string;
  readonly spotifyUrl: string | undefined;
}

export interface Foundations {
  readonly front: ReturnType<typeof createFront>;
  readonly http: Listening;
  readonly spotify: { readonly url: string | undefined; readonly client: SpotifyClient };
  /** Where other devices find the API and the stand-in; undefined unless `host` was given. */
  readonly outside: Outside | undefined;
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
  front = createFront(),
): Promise<Foundations> {
  const directory = await placeOf(options, parts);
  const kept = (name: string) => (options.memory === false ? join(directory, name) : undefined);
  const hosts = options.host === undefined ? [] : addressesOf(options.host);
  const http = await serve(front.handle, { port: options.port, variable: 'PORT', hosts });
  parts.defer(() => http.close());
  const spotify = await step(
    'Spotify',
    () => startSpotify({ ...options, hosts }, parts, kept('spotify.jsonl')),
    ({ url }) => url ?? 'the real one',
  );
  const dynamodb = await step(
    'DynamoDB',
    () => startDynamodb(options, parts, kept('dynamodb')),
    ({ url, directory: stored }) => `${url}, ${stored ? `kept in ${stored}` : 'nothing kept'}`,
  );
  const outside = await openOutside(options.host, [http.url, spotify.url], parts);
  return { front, http, spotify, outside, dynamodb, directory, kept };
}

/** DynamoDB and the rest of AWS stay closed: nothing but the API and Spotify's pages is for other devices. */
async function openOutside(
  host: string | undefined,
  urls: readonly (string | undefined)[],
  parts: AsyncDisposableStack,
): Promise<Outside | undefined> {
  if (host === undefined) return undefined;
  const opened = [];
  for (const address of addressesOf(host)) {
    for (const url of urls) {
      if (url === undefined) continue;
      const open = await openTo(address, Number(new URL(url).port));
      parts.defer(() => open.close());
      opened.push(open.url);
    }
  }
  const [apiUrl = '', spotifyUrl] = opened;
  return { apiUrl, spotifyUrl: urls[1] && spotifyUrl };
}

/** Where things are kept, made when it is not there yet; a directory of its own for a run that keeps nothing. */
async function placeOf(
  { memory, directory = join(import.meta.dirname, '../../.local') }: FoundationOptions,
  parts: AsyncDisposableStack,
): Promise<string> {
  if (memory === false) {
    await mkdir(directory, { recursive: true });
    // One that an earlier version has made too.
    await chmod(directory, 0o700);
    return directory;
  }
  const temporary = await mkdtemp(join(tmpdir(), 'artists-cache-'));
  parts.defer(() => rm(temporary, { recursive: true, force: true }));
  return temporary;
}

async function startSpotify(
  { spotifyClient, spotifyPort = 0, hosts, clock = systemClock }: FoundationOptions & { hosts: string[] },
  parts: AsyncDisposableStack,
  keptIn: string | undefined,
): Promise<Foundations['spotify']> {
  if (spotifyClient) return { url: undefined, client: spotifyClient };
  const client = { clientId: 'local-client', clientSecret: randomBytes(16).toString('hex') };
  const standIn = await createSpotifyStandIn({
    port: spotifyPort,
    ...client,
    hosts,
    clock,
    ...(keptIn && { keptIn }),
  }).catch((error: Error) => {
    throw portProblem(error.cause ?? error, spotifyPort, 'SPOTIFY_PORT');
  });
  parts.defer(() => standIn.close());
  if (spotifyPort !== 0) await requireCallable(standIn.url, 'SPOTIFY_PORT');
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
