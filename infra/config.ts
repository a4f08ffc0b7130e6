import * as v from 'valibot';

/** What a deployment may choose. Read once, checked here; nothing else in `infra/` looks at the environment. */
export type Config = v.InferOutput<typeof Config>;

/** Wrong configuration: the message is one line that names each setting and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/*
 * Values that let `cdk synth` and the tests run unconfigured. `.invalid` never resolves (RFC 2606): API Gateway refuses
 * to create an authorizer for such an issuer, so a deployment that forgot it fails before it serves anything.
 */
const PLACEHOLDER_ISSUER = 'https://issuer.invalid/';
const PLACEHOLDER_AUDIENCE = 'artists-cache';
const PLACEHOLDER_CLIENT_ID = 'replace-me';
const PLACEHOLDER_REDIRECT_URI = 'https://app.invalid/spotify/callback';

/** Settings without which a `prod` deployment means nothing. */
const REQUIRED_IN_PROD = [
  'jwtIssuer',
  'jwtAudience',
  'spotifyClientId',
  'spotifyRedirectUri',
  'alarmEmail',
] as const;

/** Both parties ask for this: API Gateway of an issuer, Spotify of a redirect URI. 127.0.0.1 is for one machine. */
const SecureUrl = v.pipe(
  v.string(),
  v.regex(/^(https:\/\/|http:\/\/127\.0\.0\.1(:\d+)?(\/|$))/, 'must be an https URL, or http://127.0.0.1'),
  v.url('must be a URL'),
);

const wholeNumber = (what: string, least = 1) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], `must be ${what}`),
    v.safeInteger(`must be ${what}`),
    v.minValue(least, `must be ${what}`),
  );

const Seconds = wholeNumber('a positive whole number of seconds');

const YesOrNo = v.union(
  [
    v.boolean(),
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform((text) => text === 'true'),
    ),
  ],
  'must be true or false',
);

const Origin = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be origins like https://app.example',
  ),
);

const Settings = v.pipe(
  v.strictObject({
    stage: v.optional(v.picklist(['dev', 'prod'], 'must be dev or prod'), 'dev'),
    /** Whose tokens the gateway accepts (`iss`). */
    jwtIssuer: v.optional(SecureUrl, PLACEHOLDER_ISSUER),
    /** For whom the tokens must be made out (`aud`). */
    jwtAudience: v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty')), PLACEHOLDER_AUDIENCE),
    /**
     * A scope without which no route of a user is open, as `artists` or, where the issuer puts the resource before it,
     * `https://api.app.example/artists`. None: any valid token is enough, an ID token of the same audience too.
     */
    requiredScope: v.optional(v.pipe(v.string(), v.regex(/^[!#-[\]-~]+$/, 'must be one scope'))),
    /** Our application at Spotify. Its secret is none of the settings: see Secrets Manager. */
    spotifyClientId: v.optional(
      v.pipe(v.string(), v.regex(/^[\w-]+$/, 'must be a client id')),
      PLACEHOLDER_CLIENT_ID,
    ),
    /** Where Spotify sends the user after consent, exactly as registered with Spotify. */
    spotifyRedirectUri: v.optional(SecureUrl, PLACEHOLDER_REDIRECT_URI),
    /** A copy younger than this is answered without asking anybody. */
    freshSeconds: v.optional(Seconds, 10_800),
    /** No copy of this age or older is ever answered; it is deleted. */
    keepSeconds: v.optional(Seconds, 21_600),
    /** After a failed computation: how long a user's list is not tried again. */
    retrySeconds: v.optional(Seconds, 30),
    /** How long CloudWatch takes to have what was counted. Statistics are read again after as long; 0: each time. */
    metricsDelaySeconds: v.optional(wholeNumber('a whole number of seconds', 0), 60),
    /** Browsers that may call the API. Native apps need none: without origins there is no CORS at all. */
    corsOrigins: v.optional(
      v.pipe(v.union([v.array(v.string()), v.pipe(v.string(), v.transform(splitList))]), v.array(Origin)),
      [],
    ),
    /** Who hears of alarms. SNS asks the address to confirm. */
    alarmEmail: v.optional(v.pipe(v.string(), v.email('must be an e-mail address'))),
    /** Dollars a month: beyond them, or on the way there, the address of the alarms is told. No budget unless set. */
    monthlyBudget: v.optional(wholeNumber('a positive whole number of dollars')),
    /** Where `docs/runbook.md` can be read: alarms link to its sections. */
    runbookUrl: v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty')), 'docs/runbook.md'),
    /** A domain of your own for the API, with the certificate for it that stands in the same region. */
    domainName: v.optional(
      v.pipe(v.string(), v.regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain like api.app.example')),
    ),
    certificateArn: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^arn:[^:]+:acm:[^:]+:\d{12}:certificate\/\S+$/, 'must be the ARN of a certificate'),
      ),
    ),
    /**
     * Lambda concurrency set aside for `get-artists`. None by default: a reservation fails in accounts whose limit
     * is still the 10 of a new account.
     */
    reservedConcurrency: v.optional(wholeNumber('a positive whole number')),
    /**
     * Whether the bounds of `maxConcurrency` in `functions.ts` are set, which takes 51 from the account's concurrency.
     * In `prod` unless told otherwise.
     */
    boundConcurrency: v.optional(YesOrNo),
    /**
     * DEBUG in `dev`, INFO in `prod` unless told otherwise. Nothing above: Lambda takes a record of metrics, which has no
     * level, for INFO, and would drop it.
     */
    logLevel: v.optional(v.picklist(['DEBUG', 'INFO'], 'must be DEBUG or INFO')),
  }),
  v.forward(
    v.check(({ freshSeconds, keepSeconds }) => keepSeconds > freshSeconds, 'must be more than freshSeconds'),
    ['keepSeconds'],
  ),
  v.forward(
    v.check(
      ({ domainName, certificateArn }) => (domainName === undefined) === (certificateArn === undefined),
      'goes with domainName: give both or neither',
    ),
    ['certificateArn'],
  ),
);

/** What the stage decides unless it was said. */
const Config = v.pipe(
  Settings,
  v.transform(({ logLevel, boundConcurrency, ...settings }) => ({
    ...settings,
    logLevel: logLevel ?? (settings.stage === 'prod' ? 'INFO' : 'DEBUG'),
    boundConcurrency: boundConcurrency ?? settings.stage === 'prod',
  })),
);

export type ConfigInput = { readonly [K in keyof v.InferInput<typeof Config>]?: unknown };

/** Checks settings that are already in hand; those left out get their defaults. @throws ConfigError */
export function parseConfig(input: ConfigInput): Config {
  const result = v.safeParse(Config, input, { abortPipeEarly: true });
  const missing = input.stage === 'prod' ? REQUIRED_IN_PROD.filter((key) => input[key] === undefined) : [];
  const problems = [
    ...missing.map((key) => `${label(key)} is required for stage prod`),
    ...(result.issues ?? []).map((issue) => `${label(String(issue.path?.[0]?.key))} ${issue.message}`),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(`configuration: ${problems.join('; ')}`);
  return result.output;
}

/**
 * Reads every setting from the CDK context (`-c freshSeconds=60`), else from the environment (`FRESH_SECONDS=60`).
 * An empty value counts as none. @throws ConfigError
 */
export function readConfig(context: (key: string) => unknown, env: NodeJS.ProcessEnv): Config {
  const keys = Object.keys(Settings.entries);
  const given = keys.map((key) => [key, context(key) ?? env[environmentName(key)]] as const);
  return parseConfig(Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== '')));
}

/** True when the configuration cannot serve anybody yet: good for `cdk synth` only. */
export function hasPlaceholders(config: Config): boolean {
  const { jwtIssuer, spotifyClientId, spotifyRedirectUri } = config;
  return (
    jwtIssuer === PLACEHOLDER_ISSUER ||
    spotifyClientId === PLACEHOLDER_CLIENT_ID ||
    spotifyRedirectUri === PLACEHOLDER_REDIRECT_URI
  );
}

/** `freshSeconds` → `FRESH_SECONDS`. */
function environmentName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function label(key: string): string {
  return `${key} (${environmentName(key)})`;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
