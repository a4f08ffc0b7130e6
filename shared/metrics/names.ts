import type { ErrorCode } from '../errors.ts';

/**
 * Every metric of the service with its unit, as CloudWatch knows them: what the functions emit, and what dashboard,
 * alarms and `GET /api/cache/stats` show. The dimensions are `service` and `stage`, and of an error its `error_code` besides;
 * never anything of a user. A request emits no count that is 0.
 */
export const METRICS = {
  /** Requests for a page, by what became of them: each counts in one of these five. */
  Hits: 'Count',
  Misses: 'Count',
  Stale: 'Count',
  FallbackRevoked: 'Count',
  Errors: 'Count',
  /** From the beginning of a hit until its reply was decided. Hits that waited for a computation show in `LeaseWait`. */
  HitLatency: 'Milliseconds',
  ComputationTime: 'Milliseconds',
  SpotifyCalls: 'Count',
  SpotifyFailures: 'Count',
  SpotifyRateLimited: 'Count',
  SpotifyRevocations: 'Count',
  /** Calls that we gave up before they were answered: they say nothing of Spotify. */
  SpotifyCallsCut: 'Count',
  /** Items of Spotify's lists that were left out because they make no sense. */
  SpotifyItemsSkipped: 'Count',
  /** Lists stored where none stood: of a new user, or one who was away for longer than lists are kept. */
  FirstLists: 'Count',
  /** Lists stored in the place of one that was marked as stale before it was old. */
  StaleReplaced: 'Count',
  /** What a stored list takes. */
  ListBytes: 'Bytes',
  /** Changes of a selection. */
  Toggles: 'Count',
  /** How long a request waited for another's computation. */
  LeaseWait: 'Milliseconds',
  UnreadableEntries: 'Count',
  /** Requests that were kept from computing because Spotify limits the application. */
  CooldownActive: 'Count',
  CooldownStarted: 'Count',
  /** The lists that there are, once an hour. */
  Entries: 'Count',
  StaleEntries: 'Count',
  SweepDeleted: 'Count',
  /** 1 a sweep: its absence is an alarm. */
  SweepHeartbeat: 'Count',
  /** 1 a sweep that ran out of time and left work to the next. */
  SweepUnfinished: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;

/** What one record carries. */
export type MetricValues = Partial<Record<MetricName, number>>;

/** By what errors are told apart. Not `code`, as in the lines of the log: a filter counts those. */
export const CODE_DIMENSION = 'error_code';

/** What a request for a page can end in once it has asked the cache: the errors that are counted, each by its code. */
export const PAGE_ERROR_CODES = [
  'PLATFORM_NOT_CONNECTED',
  'SPOTIFY_TOKEN_REVOKED',
  'SPOTIFY_SCOPE_MISSING',
  'SPOTIFY_RATE_LIMITED',
  'SPOTIFY_UNAVAILABLE',
  'COMPUTING',
  'STORAGE_UNAVAILABLE',
  'INTERNAL',
] as const satisfies readonly ErrorCode[];
export type PageErrorCode = (typeof PAGE_ERROR_CODES)[number];

/** What only the user can mend, by connecting: no defect of ours, and nothing that an operator could do. */
export const USER_ERROR_CODES = [
  'PLATFORM_NOT_CONNECTED',
  'SPOTIFY_TOKEN_REVOKED',
  'SPOTIFY_SCOPE_MISSING',
] as const satisfies readonly PageErrorCode[];
