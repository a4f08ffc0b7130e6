import * as v from 'valibot';

const DAY_SECONDS = 86_400;
const MAX_LATENCY_MS = 10 * 60_000;
const MAX_ARTISTS = 20_000;
const MAX_SAVED = 100_000;

const wholeNumber = (min: number, max: number) => {
  const range = `a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(`must be ${range}`),
    v.integer(`must be ${range}`),
    v.minValue(min, `must be ${range}`),
    v.maxValue(max, `must be ${range}`),
  );
};

const MODES = [
  'ok',
  'revoked',
  'expired',
  'down',
  'html502',
  'malformed',
  'rate_limited',
  'quota',
  'forbidden',
  'slow',
  'unauthorized',
] as const;
/** What one endpoint alone can suffer from: consents are the account's. */
const ENDPOINT_MODES = MODES.filter((mode) => mode !== 'revoked' && mode !== 'expired');
export const ENDPOINT_PATHS = [
  '/api/token',
  '/v1/me',
  '/v1/me/top/artists',
  '/v1/me/following',
  '/v1/me/player/recently-played',
  '/v1/me/tracks',
] as const;
const SHAPES = ['dev', 'legacy'] as const;

const settingsSchema = v.strictObject({
  mode: v.picklist(MODES, `must be one of ${MODES.join(', ')}`),
  retry_after: v.nullable(wholeNumber(0, 7 * DAY_SECONDS)),
  latency_ms: wholeNumber(0, MAX_LATENCY_MS),
  artists: wholeNumber(0, MAX_ARTISTS),
  fail_page: v.nullable(wholeNumber(0, 10_000)),
  rotate: v.boolean('must be true or false'),
  shape: v.picklist(SHAPES, `must be one of ${SHAPES.join(', ')}`),
  top: v.nullable(wholeNumber(0, MAX_ARTISTS)),
  followed: v.nullable(wholeNumber(0, MAX_ARTISTS)),
  saved: v.nullable(wholeNumber(0, MAX_SAVED)),
  fail: v.array(
    v.strictObject({
      path: v.picklist(ENDPOINT_PATHS, `must be one of ${ENDPOINT_PATHS.join(', ')}`),
      mode: v.picklist(ENDPOINT_MODES, `must be one of ${ENDPOINT_MODES.join(', ')}`),
    }),
    'must be a list of { path, mode }',
  ),
  max_limit: v.nullable(wholeNumber(1, 50)),
  oddities: v.boolean('must be true or false'),
});

const appSchema = v.strictObject({
  per_30_s: v.optional(wholeNumber(0, 1_000_000)),
  quota: v.optional(
    v.record(
      v.picklist(ENDPOINT_PATHS, `must be one of ${ENDPOINT_PATHS.join(', ')}`),
      wholeNumber(0, 1_000_000),
      'must be an object',
    ),
  ),
});

const playsSchema = v.strictObject({
  count: v.optional(wholeNumber(1, 50), 1),
  artist_id: v.optional(
    v.pipe(v.string('must be text'), v.regex(/^[0-9A-Za-z]{22}$/, 'must be 22 characters of base62')),
  ),
});

/** How Spotify behaves towards one account; each setting is explained in stand-in.ts. */
export type AccountSettings = v.InferOutput<typeof settingsSchema>;
export type Shape = AccountSettings['shape'];
export type EndpointPath = (typeof ENDPOINT_PATHS)[number];
/** What Spotify grants the whole application; what is absent has no limit. */
export type AppSettings = v.InferOutput<typeof appSchema>;
export type NewPlays = v.InferOutput<typeof playsSchema>;

const DEFAULT_SETTINGS: Readonly<AccountSettings> = {
  mode: 'ok',
  retry_after: null,
  latency_ms: 0,
  artists: 137,
  fail_page: null,
  rotate: false,
  shape: 'dev',
  top: null,
  followed: null,
  saved: null,
  fail: [],
  max_limit: null,
  oddities: false,
};

/** The account that people begin with is as a real listener's, odd items included; others are as plain as can be. */
export const settingsAtFirst = (account: string): AccountSettings => ({
  ...DEFAULT_SETTINGS,
  oddities: account === 'demo',
});

interface FieldProblem {
  field: string;
  reason: string;
}

/** Settings or plays that do not fit; `details` names each field. */
export class InvalidControl extends Error {
  readonly details: readonly FieldProblem[];
  constructor(details: readonly FieldProblem[]) {
    super(details.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
    this.name = 'InvalidControl';
    this.details = details;
  }
}

/** @throws InvalidControl naming every unknown or unfit setting. */
export function parseSettings(input: unknown): Partial<AccountSettings> {
  const given = parse(v.partial(settingsSchema), input);
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<AccountSettings>;
}

/** @throws InvalidControl */
export function parseApp(input: unknown): AppSettings {
  return parse(appSchema, input);
}

/** @throws InvalidControl */
export function parsePlays(input: unknown): NewPlays {
  return parse(playsSchema, input);
}

function parse<Schema extends v.GenericSchema>(schema: Schema, input: unknown): v.InferOutput<Schema> {
  // A list has no named settings, so it would pass for an empty object.
  const result = v.safeParse(schema, Array.isArray(input) ? null : input);
  if (result.success) return result.output;
  throw new InvalidControl(
    result.issues.map((issue) => ({
      field: v.getDotPath(issue) ?? 'body',
      reason: issue.expected === 'never' ? 'is not a known setting' : issue.message,
    })),
  );
}

const ACCOUNT_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+-]{0,63}$/u;

/** 1 to 64 letters, digits, spaces and `. _ @ + -`, beginning with a letter or digit. */
export function isAccountName(name: string): boolean {
  return ACCOUNT_NAME.test(name);
}
