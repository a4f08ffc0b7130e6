import * as v from 'valibot';
import { Count, SpotifyId, Timestamp } from './schemas.ts';

/** The reply of `GET /api/user/artists`: one shape for each situation, so that clients can count on its warning. */

export const ArtistView = v.object({
  id: SpotifyId,
  name: v.string(),
  image_url: v.pipe(v.nullable(v.string()), v.description('The widest image; some artists have none')),
  url: v.pipe(v.string(), v.description('Link back to Spotify')),
  genres: v.pipe(v.array(v.string()), v.description('May be empty')),
  score: v.pipe(v.number(), v.minValue(0), v.maxValue(100), v.description('0–100, two decimals')),
  rank: v.pipe(v.number(), v.integer(), v.minValue(1), v.description('1-based, over the whole list')),
  selected: v.pipe(v.boolean(), v.description('Chosen by the user in the app')),
  platform: v.literal('spotify'),
});
export type ArtistView = v.InferOutput<typeof ArtistView>;

export const Pagination = v.object({
  page: v.pipe(Count, v.description('Zero-based')),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  total: v.pipe(Count, v.description('All the artists of the user')),
  total_pages: Count,
  has_next: v.boolean(),
});
export type Pagination = v.InferOutput<typeof Pagination>;

const Warning = v.pipe(v.string(), v.description('For a person, localised: never branch on it'));

const freshCopy = {
  cache_status: v.literal('fresh'),
  warning: v.optional(Warning),
  warning_code: v.optional(v.literal('REAUTHORIZE_SOON')),
};

const staleCopy = {
  cache_status: v.literal('stale'),
  warning: Warning,
  /** Why an old copy is served although the consent stands, as far as is known. */
  warning_code: v.picklist([
    'PARTIAL_LIST',
    'REFRESH_IN_PROGRESS',
    'SPOTIFY_RATE_LIMITED',
    'SPOTIFY_SCOPE_MISSING',
    'SPOTIFY_UNAVAILABLE',
    'STORAGE_UNAVAILABLE',
  ]),
};

const revokedCopy = {
  cache_status: v.literal('fallback_revoked'),
  warning: Warning,
  warning_code: v.literal('SPOTIFY_TOKEN_REVOKED'),
};

/** What a reply says of the copy that it shows. */
export type CopyStatus =
  | StatusOf<typeof freshCopy>
  | StatusOf<typeof staleCopy>
  | StatusOf<typeof revokedCopy>;
type StatusOf<TEntries extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<TEntries, undefined>>;
export type StaleCode = StatusOf<typeof staleCopy>['warning_code'];
export type RevokedCode = StatusOf<typeof revokedCopy>['warning_code'];
/** Why a reply carries a warning. */
export type WarningCode = NonNullable<CopyStatus['warning_code']>;

/** The situation stands in the two places that the mobile team reads: at the top of the reply and in its `data`. */
const pageOf = <TStatus extends v.ObjectEntries>(status: TStatus) =>
  v.object({
    success: v.literal(true),
    ...status,
    data: v.object({
      artists: v.array(ArtistView),
      pagination: Pagination,
      cached: v.pipe(v.boolean(), v.description('From a stored copy: not computed by this request')),
      ...status,
      cached_at: Timestamp,
    }),
  });

export const FreshPage = pageOf(freshCopy);
export const StalePage = pageOf(staleCopy);
export const RevokedPage = pageOf(revokedCopy);
