/**
 * Every metric of the service with its unit, as CloudWatch knows them: what the functions emit, and what dashboard and
 * alarms show. The dimensions are `service` and `stage`, never anything of a user. A request emits no count that is 0.
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
  /** How long a request waited for another's computation. */
  LeaseWait: 'Milliseconds',
  UnreadableEntries: 'Count',
  /** Requests that were kept from computing because Spotify limits the application. */
  CooldownActive: 'Count',
  CooldownStarted: 'Count',
  /** The stock of lists, once an hour. */
  Entries: 'Count',
  StaleEntries: 'Count',
  Bytes: 'Bytes',
  SweepDeleted: 'Count',
  /** 1 a sweep: its absence is an alarm. */
  SweepHeartbeat: 'Count',
  /** 1 a sweep that ran out of time and left work to the next. */
  SweepUnfinished: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;

/** What one record carries. */
export type MetricValues = Partial<Record<MetricName, number>>;
