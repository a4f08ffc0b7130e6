import { functionNames } from '../functions.ts';
import {
  errorsByCode,
  hitRate,
  outcomes,
  overFunctions,
  overTables,
  requests,
  service,
  watchedFunctions,
} from './measures.ts';
import type { Series } from './series.ts';

/** A line at a value that matters. */
export interface Limit {
  readonly value: number;
  readonly label: string;
}

export interface WidgetRow {
  readonly title: string;
  readonly kind: 'numbers' | 'lines' | 'stacked';
  readonly series: readonly Series[];
  /** What is on the axis. */
  readonly unit: string;
  readonly limit?: Limit;
}

export interface DashboardRow {
  /** The question that the widgets answer. */
  readonly question: string;
  readonly widgets: readonly WidgetRow[];
}

const functions = (
  metric: Extract<Series, { from: 'lambda' }>['metric'],
  stat: 'Sum' | 'Maximum' | 'p99',
): Series[] =>
  (metric === 'Errors' ? functionNames : watchedFunctions).map((fn) => ({
    from: 'lambda',
    metric,
    fn,
    stat,
  }));

/** The dashboard from top to bottom: first whether users are well, then why not, then what it runs on. */
export const dashboardRows: readonly DashboardRow[] = [
  {
    question: 'Are users served well?',
    widgets: [
      {
        title: 'Now',
        kind: 'numbers',
        unit: '',
        series: [
          hitRate,
          requests,
          service('HitLatency', 'p99', 'p99 of hits, ms'),
          service('Errors', 'Sum', 'errors'),
          service('Entries', 'Maximum', 'lists'),
        ],
      },
      {
        title: 'Hit rate',
        kind: 'lines',
        unit: '%',
        series: [hitRate],
        limit: { value: 95, label: 'promised: 95 %' },
      },
    ],
  },
  {
    question: 'What became of the requests, and how fast?',
    widgets: [
      {
        title: 'Requests by outcome',
        kind: 'stacked',
        unit: 'requests',
        series: Object.values(outcomes),
      },
      {
        title: 'Latency of hits',
        kind: 'lines',
        unit: 'ms',
        series: (['p50', 'p90', 'p99'] as const).map((stat) => service('HitLatency', stat, stat)),
        limit: { value: 50, label: 'promised: 50 ms' },
      },
      { title: 'Errors by code', kind: 'stacked', unit: 'requests', series: errorsByCode },
      {
        title: 'API: what clients saw',
        kind: 'lines',
        unit: 'calls',
        series: [
          { from: 'api', metric: 'Count', stat: 'Sum', label: 'all' },
          { from: 'api', metric: '4xx', stat: 'Sum', label: '4xx' },
          { from: 'api', metric: '5xx', stat: 'Sum', label: '5xx' },
          { from: 'logs', metric: 'Defects', stat: 'Sum', label: 'defects' },
        ],
      },
    ],
  },
  {
    question: 'Is Spotify the trouble?',
    widgets: [
      {
        title: 'Computations',
        kind: 'lines',
        unit: 'ms',
        series: [
          service('ComputationTime', 'p50', 'p50'),
          service('ComputationTime', 'p99', 'p99'),
          service('LeaseWait', 'p90', 'waiting for another, p90'),
        ],
      },
      {
        title: 'Calls to Spotify',
        kind: 'lines',
        unit: 'calls',
        series: [
          service('SpotifyCalls', 'Sum', 'calls'),
          service('SpotifyFailures', 'Sum', 'failures'),
          service('SpotifyRateLimited', 'Sum', '429'),
          service('SpotifyRevocations', 'Sum', 'revoked'),
          service('SpotifyCallsCut', 'Sum', 'given up by us'),
          service('SpotifyItemsSkipped', 'Sum', 'items left out'),
          service('ComputationTime', 'SampleCount', 'computations'),
        ],
      },
      {
        title: 'Cool-down after a 429',
        kind: 'lines',
        unit: 'requests',
        series: [
          service('CooldownActive', 'Sum', 'requests kept from computing'),
          service('CooldownStarted', 'Sum', 'begun'),
        ],
      },
    ],
  },
  {
    question: 'What is stored, and is it tidied?',
    widgets: [
      {
        title: 'Lists',
        kind: 'lines',
        unit: 'lists',
        series: [
          service('Entries', 'Maximum', 'all'),
          service('StaleEntries', 'Maximum', 'old or stale'),
          service('UnreadableEntries', 'Sum', 'unreadable'),
        ],
      },
      {
        title: 'Lists stored',
        kind: 'lines',
        unit: 'lists',
        series: [
          service('ListBytes', 'SampleCount', 'all'),
          service('FirstLists', 'Sum', 'first ones'),
          service('StaleReplaced', 'Sum', 'after a change of selection'),
          service('Toggles', 'Sum', 'changes of selection'),
        ],
      },
      { title: 'Size of a list', kind: 'lines', unit: 'bytes', series: [service('ListBytes', 'Average')] },
      {
        title: 'Sweep',
        kind: 'lines',
        unit: 'per hour',
        series: [
          service('SweepDeleted', 'Sum', 'deleted'),
          service('SweepHeartbeat', 'Sum', 'finished'),
          service('SweepUnfinished', 'Sum', 'out of time'),
          { from: 'failures', metric: 'ApproximateNumberOfMessagesVisible', stat: 'Maximum' },
        ],
      },
    ],
  },
  {
    question: 'Does DynamoDB keep up?',
    widgets: [
      {
        title: 'Read units',
        kind: 'stacked',
        unit: 'units',
        series: overTables('ConsumedReadCapacityUnits'),
      },
      {
        title: 'Write units',
        kind: 'stacked',
        unit: 'units',
        series: overTables('ConsumedWriteCapacityUnits'),
      },
      {
        title: 'Throttled by DynamoDB',
        kind: 'stacked',
        unit: 'events',
        series: [...overTables('ReadThrottleEvents'), ...overTables('WriteThrottleEvents')],
      },
    ],
  },
  {
    question: 'Does Lambda keep up?',
    widgets: [
      { title: 'Crashes and timeouts', kind: 'stacked', unit: 'errors', series: functions('Errors', 'Sum') },
      {
        title: 'Running at once',
        kind: 'stacked',
        unit: 'environments',
        series: functions('ConcurrentExecutions', 'Maximum'),
      },
      { title: 'Duration, p99', kind: 'lines', unit: 'ms', series: functions('Duration', 'p99') },
      {
        title: 'Throttled by Lambda',
        kind: 'lines',
        unit: 'events',
        series: [overFunctions('Throttles', 'throttled')],
      },
    ],
  },
];
