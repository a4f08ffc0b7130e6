import * as v from 'valibot';
import type { ErrorCode } from '../errors.ts';

/** Why a value does not fit, in the languages of the service: valibot asks in the one that `validate` was given. */
export const reason =
  (en: string, fr: string) =>
  ({ lang }: { lang?: string | undefined }): string =>
    lang === 'en' ? en : fr;

/** The pieces that the routes share. Every schema here validates and is the source of the TypeScript type. */

/** How old a copy is, in one word: the three statuses that the mobile team reads. */
export const CacheStatus = v.picklist(['fresh', 'stale', 'fallback_revoked']);
export type CacheStatus = v.InferOutput<typeof CacheStatus>;

/** A Spotify id: 22 characters, base62. */
export const SpotifyId = v.pipe(
  v.string(),
  v.regex(
    /^[0-9A-Za-z]{22}$/,
    reason('must be 22 characters, base62', 'doit faire 22 caractères, en base62'),
  ),
  v.examples(['70kkdajctXSbqSMJbQO424']),
);

export const Timestamp = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  v.description('UTC, ISO 8601, milliseconds'),
  v.examples(['2026-11-22T12:00:00.000Z']),
);

/** A count of anything. */
export const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A part of a whole, 0–1. */
export const Fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export const PlatformSlug = v.pipe(
  v.string(),
  v.minLength(1, reason('must not be empty', 'ne doit pas être vide')),
  v.maxLength(64, reason('must be at most 64 characters', 'ne doit pas dépasser 64 caractères')),
  v.description('The platform; today `spotify`'),
  v.examples(['spotify']),
);

/** What replies call a platform. */
export const KnownPlatform = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_-]{0,63}$/),
  v.description('The platform; more may come'),
  v.examples(['spotify']),
);

/** The OAuth state of a connection that was begun: 32 random bytes, base64url. */
export const OAuthState = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{43}$/));

/** Query strings carry text: a whole number without sign, exponent or leading zero. */
function wholeNumber(min: number, max: number, fallback: number) {
  const open = max === Number.MAX_SAFE_INTEGER;
  const message = reason(
    `must be a whole number, ${open ? `at least ${min}` : `${min} to ${max}`}`,
    `doit être un nombre entier, ${open ? `au moins ${min}` : `de ${min} à ${max}`}`,
  );
  return v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:0|[1-9][0-9]{0,15})$/, message),
      v.transform(Number),
      // What remains true of the number, once more: a description of the API reads from here on.
      v.number(),
      v.integer(message),
      v.minValue(min, message),
      v.maxValue(max, message),
    ),
    String(fallback),
  );
}

export const PageNumber = wholeNumber(0, Number.MAX_SAFE_INTEGER, 0);
export const PageLimit = wholeNumber(1, 100, 10);

/** Why a field of the request was refused. Never holds what was sent. */
export const InvalidField = v.object({
  field: v.pipe(v.string(), v.description('Its path, like `artist_id`; `body` or `query` for the whole')),
  reason: v.pipe(v.string(), v.description('For a person, localised: never branch on it')),
});

/** What the user can do about it. */
export const ReconnectAction = v.object({ action: v.literal('reconnect'), platform_slug: KnownPlatform });

/** The envelope of a failure; `more` is what its `error` holds beyond what every error holds. */
export function failure<TCode extends ErrorCode, TMore extends v.ObjectEntries>(code: TCode, more: TMore) {
  return v.object({
    success: v.literal(false),
    error: v.object({
      code: v.literal(code),
      message: v.pipe(v.string(), v.description('For a person, localised: never branch on it')),
      request_id: v.pipe(v.string(), v.description('To quote when something has to be looked into')),
      ...more,
    }),
  });
}

/** The envelope of every success. */
export function success<TData extends v.GenericSchema>(data: TData) {
  return v.object({ success: v.literal(true), data });
}
