import * as v from 'valibot';

/** The pieces that the routes share. Every schema here validates and is the source of the TypeScript type. */

/** How old a copy is, in one word: the three statuses that the mobile team reads. */
export const CacheStatus = v.picklist(['fresh', 'stale', 'fallback_revoked']);
export type CacheStatus = v.InferOutput<typeof CacheStatus>;

/** Why a reply carries a warning. */
export const WarningCode = v.picklist([
  'REFRESH_IN_PROGRESS',
  'REAUTHORIZE_SOON',
  'SPOTIFY_RATE_LIMITED',
  'SPOTIFY_SCOPE_MISSING',
  'SPOTIFY_TOKEN_REVOKED',
  'SPOTIFY_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
]);
export type WarningCode = v.InferOutput<typeof WarningCode>;

/** A Spotify id: 22 characters, base62. */
export const SpotifyId = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Za-z]{22}$/, 'must be 22 characters, base62'),
  v.examples(['70kkdajctXSbqSMJbQO424']),
);

export const Timestamp = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.description('UTC, ISO 8601, milliseconds'),
  v.examples(['2026-11-22T12:00:00.000Z']),
);

/** A count of anything. */
export const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A part of a whole, 0–1. */
export const Fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export const PlatformSlug = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(64, 'must be at most 64 characters'),
  v.description('The platform; today `spotify`'),
  v.examples(['spotify']),
);

/** Query strings carry text: a whole number without sign, exponent or leading zero. */
function wholeNumber(min: number, max: number, fallback: number) {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min} to ${max}`;
  const message = `must be a whole number, ${range}`;
  return v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:0|[1-9][0-9]{0,15})$/, message),
      v.transform(Number),
      v.number(),
      v.minValue(min, message),
      v.maxValue(max, message),
    ),
    String(fallback),
  );
}

export const PageNumber = wholeNumber(0, Number.MAX_SAFE_INTEGER, 0);
export const PageLimit = wholeNumber(1, 100, 10);

export const ArtistView = v.object({
  id: v.string(),
  name: v.string(),
  image_url: v.nullable(v.string()),
  url: v.string(),
  genres: v.array(v.string()),
  score: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  rank: v.pipe(v.number(), v.integer(), v.minValue(1), v.description('1-based, over the whole list')),
  selected: v.boolean(),
  platform: v.literal('spotify'),
});
export type ArtistView = v.InferOutput<typeof ArtistView>;

export const Pagination = v.object({
  page: Count,
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  total: Count,
  total_pages: Count,
  has_next: v.boolean(),
});
export type Pagination = v.InferOutput<typeof Pagination>;

export const Failure = v.object({
  success: v.literal(false),
  error: v.object({
    code: v.string(),
    message: v.pipe(v.string(), v.description('For a person, localised: never branch on it')),
    request_id: v.string(),
    details: v.optional(v.array(v.record(v.string(), v.string()))),
  }),
});
export type Failure = v.InferOutput<typeof Failure>;

/** The envelope of every success. */
export function success<TData extends v.GenericSchema>(data: TData) {
  return v.object({ success: v.literal(true), data });
}
