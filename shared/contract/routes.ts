import type { GenericSchema, InferOutput } from 'valibot';
import * as v from 'valibot';
import type { ErrorCode } from '../errors.ts';
import { FreshPage, RevokedPage, StalePage } from './artists-page.ts';
import {
  CacheStatus,
  Count,
  Fraction,
  KnownPlatform,
  OAuthState,
  PageLimit,
  PageNumber,
  PlatformSlug,
  reason,
  SpotifyId,
  success,
  Timestamp,
} from './schemas.ts';

/**
 * One route of the API: everything the gateway, the function, the validation, the OpenAPI document and the client
 * need to know of it. `functionName` is the file in `functions/` and the last part of the Lambda's name.
 */
export interface Route<
  TQuery extends GenericSchema | undefined = GenericSchema | undefined,
  TBody extends GenericSchema | undefined = GenericSchema | undefined,
  TReply extends GenericSchema = GenericSchema,
> {
  readonly method: 'GET' | 'POST';
  readonly path: `/api/${string}`;
  readonly functionName: string;
  readonly summary: string;
  /** The OAuth scope that the token must carry; none: any valid token. */
  readonly scope?: string;
  readonly query?: TQuery;
  readonly body?: TBody;
  /** The whole 200 body. */
  readonly reply: TReply;
  /** What can go wrong beyond what can go wrong everywhere (VALIDATION_FAILED, STORAGE_UNAVAILABLE, INTERNAL). */
  readonly errors: readonly ErrorCode[];
}

export type QueryOf<R> = R extends { query: infer S extends GenericSchema } ? InferOutput<S> : undefined;
export type BodyOf<R> = R extends { body: infer S extends GenericSchema } ? InferOutput<S> : undefined;
export type ReplyOf<R> = R extends { reply: infer S extends GenericSchema } ? InferOutput<S> : never;
/** What a handler returns: the `data` of the envelope. */
export type DataOf<R> = ReplyOf<R> extends { data: infer D } ? D : never;

/*
 * Each route is an export of its own: the handler, the operation of the OpenAPI document and the client's types bear
 * its name.
 */

export const getArtists = {
  method: 'GET',
  path: '/api/user/artists',
  functionName: 'get-artists',
  summary: 'A page of all the artists of the user, best score first',
  query: v.strictObject({ page: PageNumber, limit: PageLimit }),
  reply: v.variant('cache_status', [FreshPage, StalePage, RevokedPage]),
  errors: [
    'PLATFORM_NOT_CONNECTED',
    'SPOTIFY_TOKEN_REVOKED',
    'SPOTIFY_SCOPE_MISSING',
    'SPOTIFY_RATE_LIMITED',
    'SPOTIFY_UNAVAILABLE',
    'COMPUTING',
  ],
} as const satisfies Route;

export const toggleArtist = {
  method: 'POST',
  path: '/api/user/artists/toggle',
  functionName: 'toggle-artist',
  summary: 'Selects or deselects an artist; flips when "selected" is left out',
  body: v.strictObject({ artist_id: SpotifyId, selected: v.optional(v.boolean()) }),
  reply: success(v.object({ artist_id: SpotifyId, selected: v.boolean() })),
  errors: ['SELECTION_LIMIT'],
} as const satisfies Route;

export const syncArtists = {
  method: 'POST',
  path: '/api/user/artists/sync',
  functionName: 'sync-artists',
  summary: 'Reads the plays since the last sync into the inputs of the score',
  reply: success(v.object({ new_plays: Count, artists_updated: Count, synced_at: Timestamp })),
  errors: [
    'PLATFORM_NOT_CONNECTED',
    'SPOTIFY_TOKEN_REVOKED',
    'SPOTIFY_SCOPE_MISSING',
    'SPOTIFY_RATE_LIMITED',
    'SPOTIFY_UNAVAILABLE',
  ],
} as const satisfies Route;

export const getProfile = {
  method: 'GET',
  path: '/api/user/profile',
  functionName: 'get-profile',
  summary: 'The platforms of the user and the state of the cached list',
  reply: success(
    v.object({
      user_id: v.string(),
      platforms: v.array(
        v.object({
          platform_slug: KnownPlatform,
          status: v.picklist(['connected', 'revoked', 'disconnected']),
          account_id: v.nullable(v.string()),
          connected_at: v.nullable(Timestamp),
          reauthorize_by: v.nullable(Timestamp),
          hint: v.optional(v.literal('REAUTHORIZE_SOON')),
        }),
      ),
      artists: v.nullable(v.object({ total: Count, cached_at: Timestamp, cache_status: CacheStatus })),
    }),
  ),
  errors: [],
} as const satisfies Route;

export const connectPlatform = {
  method: 'POST',
  path: '/api/user/platforms/connect',
  functionName: 'connect-platform',
  summary: "Begins the connection: the platform's consent page for this user",
  body: v.strictObject({ platform_slug: PlatformSlug }),
  reply: success(v.object({ authorization_url: v.string(), state: OAuthState, expires_at: Timestamp })),
  errors: ['UNKNOWN_PLATFORM'],
} as const satisfies Route;

export const completeConnection = {
  method: 'POST',
  path: '/api/user/platforms/connect/complete',
  functionName: 'complete-connection',
  summary: 'Completes the connection with the code and state of the redirect',
  body: v.strictObject({
    platform_slug: PlatformSlug,
    code: v.pipe(
      v.string(),
      v.minLength(1, reason('must not be empty', 'ne doit pas être vide')),
      v.maxLength(2048, reason('is too long', 'est trop long')),
    ),
    state: v.pipe(
      v.string(),
      v.minLength(1, reason('must not be empty', 'ne doit pas être vide')),
      v.maxLength(512, reason('is too long', 'est trop long')),
    ),
  }),
  reply: success(
    v.object({
      platform_slug: KnownPlatform,
      status: v.literal('connected'),
      connected_at: Timestamp,
      reauthorize_by: Timestamp,
    }),
  ),
  errors: [
    'UNKNOWN_PLATFORM',
    'INVALID_STATE',
    'AUTHORIZATION_FAILED',
    'SPOTIFY_SCOPE_MISSING',
    'SPOTIFY_RATE_LIMITED',
    'SPOTIFY_UNAVAILABLE',
  ],
} as const satisfies Route;

export const disconnectPlatform = {
  method: 'POST',
  path: '/api/user/platforms/disconnect',
  functionName: 'disconnect-platform',
  summary: 'Forgets connection, tokens, cached list and plays, at once',
  body: v.strictObject({ platform_slug: PlatformSlug }),
  reply: success(v.object({ platform_slug: KnownPlatform, status: v.literal('disconnected') })),
  errors: ['UNKNOWN_PLATFORM'],
} as const satisfies Route;

const Milliseconds = v.nullable(v.pipe(v.number(), v.minValue(0)));
const Percentiles = v.pipe(
  v.object({ p50: Milliseconds, p90: Milliseconds, p99: Milliseconds }),
  v.description('null where nothing was measured'),
);

export const getCacheStats = {
  method: 'GET',
  path: '/api/cache/stats',
  functionName: 'get-cache-stats',
  summary: 'How the cache does, over the whole fleet',
  scope: 'cache:stats',
  query: v.strictObject({
    window: v.optional(
      v.picklist(['1h', '24h', '7d'], reason('must be 1h, 24h or 7d', 'doit être 1h, 24h ou 7d')),
      '24h',
    ),
  }),
  reply: success(
    v.object({
      window: v.object({ from: Timestamp, to: Timestamp }),
      requests: Count,
      hits: Count,
      misses: Count,
      stale: Count,
      fallback_revoked: Count,
      errors: Count,
      errors_by_code: v.pipe(
        v.record(v.string(), Count),
        v.description('The errors that occurred, each by its code'),
      ),
      hit_rate: Fraction,
      miss_rate: Fraction,
      stale_rate: v.pipe(Fraction, v.description('Both kinds of old copy: stale and fallback_revoked')),
      error_rate: Fraction,
      entries: Count,
      stale_entries: Count,
      bytes: Count,
      spotify: v.object({
        computations: Count,
        calls: Count,
        failures: Count,
        rate_limited: Count,
        revocations: Count,
        avg_computation_ms: v.pipe(v.number(), v.minValue(0)),
      }),
      latency_ms: v.object({ hit: Percentiles, computation: Percentiles }),
      recommendations: v.array(
        v.object({
          code: v.string(),
          severity: v.picklist(['info', 'warning', 'critical']),
          message: v.string(),
        }),
      ),
      as_of: v.pipe(Timestamp, v.description('Up to when the counts were known: up to two minutes ago')),
    }),
  ),
  errors: [],
} as const satisfies Route;

/** Every route by its name, for what serves or describes the whole API. */
export const routes = {
  getArtists,
  toggleArtist,
  syncArtists,
  getProfile,
  connectPlatform,
  completeConnection,
  disconnectPlatform,
  getCacheStats,
};

export const allRoutes: readonly Route[] = /* @__PURE__ */ Object.values(routes);
