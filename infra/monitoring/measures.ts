import { EXPIRY_INDEX } from '../../shared/cache/keys.ts';
import { type MetricName, PAGE_ERROR_CODES, USER_ERROR_CODES } from '../../shared/metrics/names.ts';
import { type FunctionName, functionNames } from '../functions.ts';
import type { Series, TableName } from './series.ts';

/*
 * Measures that dashboard and alarms share. A count that was 0 was not emitted, and in an expression nothing plus one is
 * nothing: hence FILL.
 */

type Statistic = Extract<Series, { from: 'service' }>['stat'];

export function service(metric: MetricName, stat: Statistic = 'Sum', label?: string): Series {
  return label === undefined ? { from: 'service', metric, stat } : { from: 'service', metric, stat, label };
}

export const outcomes = {
  hits: service('Hits'),
  misses: service('Misses'),
  stale: service('Stale'),
  fallback: service('FallbackRevoked'),
  errors: service('Errors'),
};

const REQUESTS = Object.keys(outcomes)
  .map((name) => `FILL(${name}, 0)`)
  .join(' + ');

export const requests: Series = {
  from: 'math',
  expression: REQUESTS,
  using: outcomes,
  label: 'requests',
};

/** Errors, each line those of one code. */
export const errorsByCode: readonly Series[] = PAGE_ERROR_CODES.map((code) => ({
  from: 'service',
  metric: 'Errors',
  stat: 'Sum',
  code,
  label: code,
}));

/** Percent of the requests for a page that a fresh copy answered; without any, 100. */
export const hitRate: Series = {
  from: 'math',
  expression: `IF(${REQUESTS} > 0, 100 * FILL(hits, 0) / (${REQUESTS}), 100)`,
  using: outcomes,
  label: 'hit rate %',
};

/**
 * The same of users who are connected: the others can have no hit before they connect, which only they can do. With
 * fewer than `atLeast` requests in a period, 100.
 */
export function hitRateOfConnected(atLeast: number): Series {
  const { hits, misses, stale, errors } = outcomes;
  const own = USER_ERROR_CODES.map((code, i): [string, Series] => [
    `user${i}`,
    { from: 'service', metric: 'Errors', stat: 'Sum', code },
  ]);
  const all = ['hits', 'misses', 'stale', 'errors'].map((name) => `FILL(${name}, 0)`).join(' + ');
  const requests = `${all} - ${own.map(([name]) => `FILL(${name}, 0)`).join(' - ')}`;
  return {
    from: 'math',
    expression: `IF(${requests} >= ${atLeast}, 100 * FILL(hits, 0) / (${requests}), 100)`,
    using: { hits, misses, stale, errors, ...Object.fromEntries(own) },
    label: 'hit rate of connected users %',
  };
}

/** Percent of all calls of the API that ended in a 5xx; with fewer than `atLeast` in a period, 0. */
export function serverErrorRate(atLeast: number): Series {
  return {
    from: 'math',
    expression: `IF(FILL(all, 0) >= ${atLeast}, 100 * FILL(failed, 0) / all, 0)`,
    using: {
      all: { from: 'api', metric: 'Count', stat: 'Sum' },
      failed: { from: 'api', metric: '5xx', stat: 'Sum' },
    },
    label: '5xx %',
  };
}

/** Percentile of hits in milliseconds; with fewer than `atLeast` hits in a period, 0. */
export function hitLatency(stat: 'p99', atLeast: number): Series {
  return {
    from: 'math',
    expression: `IF(FILL(n, 0) >= ${atLeast}, latency, 0)`,
    using: { latency: service('HitLatency', stat), n: service('HitLatency', 'SampleCount') },
    label: `${stat} of hits`,
  };
}

/**
 * Percent of the calls to Spotify without a usable answer; with fewer than `atLeast` in a period, 0. Those that we gave
 * up ourselves are left out: while Spotify hangs, they would hide the failures.
 */
export function spotifyFailureRate(atLeast: number): Series {
  return {
    from: 'math',
    expression: `IF(FILL(calls, 0) - FILL(cut, 0) >= ${atLeast}, 100 * FILL(failed, 0) / (calls - FILL(cut, 0)), 0)`,
    using: {
      calls: service('SpotifyCalls'),
      cut: service('SpotifyCallsCut'),
      failed: service('SpotifyFailures'),
    },
    label: 'Spotify failures %',
  };
}

/** Percent of the computations that ended in a revoked consent; with fewer than `atLeast` revocations, 0. */
export function revocationRate(atLeast: number): Series {
  return {
    from: 'math',
    expression: `IF(FILL(revoked, 0) >= ${atLeast}, 100 * revoked / (revoked + FILL(computed, 0)), 0)`,
    using: {
      revoked: service('SpotifyRevocations'),
      computed: service('ComputationTime', 'SampleCount'),
    },
    label: 'revoked %',
  };
}

/** Those whose trouble a client or a user notices: an alarm takes ten metrics at most. */
export const watchedFunctions: readonly FunctionName[] = functionNames.filter((name) => name !== 'not-found');

const tableNames: readonly TableName[] = ['cache', 'account'];

/** Those whose concurrency is bounded on purpose: that the bound holds is no emergency. */
const boundedFunctions: readonly FunctionName[] = ['sweep', 'refresh-artists'];

/** Throttled where a caller waits: functions behind the API. */
export const throttledRequests = (label: string): Series =>
  overFunctions(
    'Throttles',
    label,
    watchedFunctions.filter((name) => !boundedFunctions.includes(name)),
  );

/** Throttled where no request waits. */
export const throttledInBackground = (label: string): Series =>
  overFunctions('Throttles', label, boundedFunctions);

/** The sum over functions, by default all that are watched. */
export function overFunctions(
  metric: 'Errors' | 'Throttles',
  label: string,
  functions: readonly FunctionName[] = watchedFunctions,
): Series {
  const rows = functions.map((fn, i): [string, Series] => [
    `f${i}`,
    { from: 'lambda', metric, fn, stat: 'Sum' },
  ]);
  return sumOf(rows, label);
}

/** A line for each table, and one for the index: what becomes of an index is not in the figures of its table. */
export function overTables(metric: Extract<Series, { from: 'table' }>['metric']): readonly Series[] {
  return [
    ...tableNames.map((table): Series => ({ from: 'table', metric, table, stat: 'Sum' })),
    { from: 'table', metric, table: 'cache', index: EXPIRY_INDEX, stat: 'Sum' },
  ];
}

export function tableThrottles(): Series {
  const all = [...overTables('ReadThrottleEvents'), ...overTables('WriteThrottleEvents')];
  return sumOf(
    all.map((series, i): [string, Series] => [`t${i}`, series]),
    'throttled',
  );
}

function sumOf(rows: readonly [string, Series][], label: string): Series {
  return {
    from: 'math',
    expression: rows.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    using: Object.fromEntries(rows),
    label,
  };
}
