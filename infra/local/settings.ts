import { isIPv4 } from 'node:net';
import { StartProblem } from './problem.ts';

/** What `npm start` reads from its environment, and whether anything is kept. */
export interface Settings {
  readonly port: number;
  readonly spotifyPort: number;
  readonly dynamodbPort: number;
  /** The address of this machine by which other devices shall find it. */
  readonly host: string | undefined;
  /** Where Spotify sends users back, when not to the console page. */
  readonly redirectUri: string | undefined;
  /** Origins of browsers' pages that may call the API, separated by commas. */
  readonly corsOrigins: string | undefined;
  /** A DynamoDB that runs already, instead of the embedded one. */
  readonly dynamodbEndpoint: string | undefined;
  readonly freshSeconds: number | undefined;
  readonly keepSeconds: number | undefined;
  readonly retrySeconds: number | undefined;
  /** The application at the real Spotify, instead of the stand-in. */
  readonly spotifyClient: { readonly clientId: string; readonly clientSecret: string } | undefined;
  /** Execution environments per function. */
  readonly lambdaConcurrency: number;
  readonly memory: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const HELP = `npm start [-- options]

Runs the whole application on this machine: API, Lambdas, DynamoDB, Spotify stand-in, all on 127.0.0.1.
What is edited in functions/ and shared/ runs from the next request on, what is edited in infra/ once it is synthesized.

  --memory              keep nothing: tables, keys and logs are gone when it stops
  --throttle            hold requests to the limits of the gateway's routes, as a deployment does
  --quiet               no line for each request
  --logs FUNCTION       show what a function writes, such as get-artists; may be repeated
  --inspect FUNCTION    run a function under a debugger, at port 9229 or the next free one; may be repeated
  --no-watch            do not look for edits
  --help                this text

  PORT                   API and console page (3000)
  SPOTIFY_PORT           Spotify stand-in (3001)
  DYNAMODB_PORT          embedded DynamoDB (8000)
  DYNAMODB_ENDPOINT      a DynamoDB of your own instead, like http://127.0.0.1:8042
  FRESH_SECONDS          how long a copy is fresh (the template's: 10800)
  KEEP_SECONDS           how long a copy is usable (the template's: 21600)
  RETRY_SECONDS          how long a failed computation is not tried again (the template's: 30)
  HOST                   open API and stand-in to other devices, at this address of yours (0.0.0.0: at every one)
  CORS_ORIGINS           pages that may call the API from a browser, like http://localhost:8081,https://app.example
  SPOTIFY_REDIRECT_URI   where Spotify sends users back, instead of to the console page
  SPOTIFY_CLIENT_ID      with SPOTIFY_CLIENT_SECRET: the real Spotify instead of the stand-in
  LAMBDA_CONCURRENCY     execution environments per function (8)`;

/** @throws StartProblem naming the variable that does not fit */
export function readSettings(env: Environment): Omit<Settings, 'memory'> {
  const freshSeconds = wholeNumber(env, 'FRESH_SECONDS', 1, 31_536_000);
  const keepSeconds = wholeNumber(env, 'KEEP_SECONDS', 1, 31_536_000);
  requireOrder(freshSeconds, keepSeconds);
  return {
    port: wholeNumber(env, 'PORT', 0, 65_535) ?? 3000,
    spotifyPort: wholeNumber(env, 'SPOTIFY_PORT', 0, 65_535) ?? 3001,
    dynamodbPort: wholeNumber(env, 'DYNAMODB_PORT', 0, 65_535) ?? 8000,
    dynamodbEndpoint: endpoint(env, 'DYNAMODB_ENDPOINT'),
    // Some systems set it to the name of the machine: that opens nothing.
    host: isIPv4(env.HOST ?? '') ? env.HOST : undefined,
    redirectUri: env.SPOTIFY_REDIRECT_URI || undefined,
    corsOrigins: env.CORS_ORIGINS || undefined,
    freshSeconds,
    keepSeconds,
    retrySeconds: wholeNumber(env, 'RETRY_SECONDS', 1, 31_536_000),
    spotifyClient: spotifyClient(env),
    lambdaConcurrency: wholeNumber(env, 'LAMBDA_CONCURRENCY', 1, 1000) ?? 8,
  };
}

function wholeNumber(env: Environment, name: string, min: number, max: number): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new StartProblem(`${name} must be a whole number, ${min} to ${max}, and is "${text}"`);
}

const DEFAULT_FRESH_SECONDS = 10_800;
const DEFAULT_KEEP_SECONDS = 21_600;

function requireOrder(fresh: number = DEFAULT_FRESH_SECONDS, keep: number = DEFAULT_KEEP_SECONDS): void {
  if (fresh < keep) return;
  throw new StartProblem(`KEEP_SECONDS (${keep}) must be greater than FRESH_SECONDS (${fresh})`);
}

function endpoint(env: Environment, name: string): string | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/$/, '');
  throw new StartProblem(`${name} must be an address like http://127.0.0.1:8042, and is "${text}"`);
}

function spotifyClient(env: Environment): Settings['spotifyClient'] {
  const { SPOTIFY_CLIENT_ID: clientId, SPOTIFY_CLIENT_SECRET: clientSecret } = env;
  if (clientId && clientSecret) return { clientId, clientSecret };
  if (!clientId && !clientSecret) return undefined;
  const missing = clientId ? 'SPOTIFY_CLIENT_SECRET' : 'SPOTIFY_CLIENT_ID';
  throw new StartProblem(`${missing} is missing: the real Spotify needs both, the stand-in neither`);
}
