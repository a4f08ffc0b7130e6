import {
  hitLatency,
  hitRateOfConnected,
  overFunctions,
  revocationRate,
  serverErrorRate,
  service,
  spotifyFailureRate,
  tableThrottles,
  throttledInBackground,
  throttledRequests,
} from './measures.ts';
import type { Series } from './series.ts';

/** One alarm. Each informs; those that `page` are parts of the composite alarm, which wakes an operator. */
export interface AlarmRow {
  /** Its name, and its section in the runbook. */
  readonly id: string;
  /** What it means, in one sentence for a person just woken. */
  readonly what: string;
  readonly pages: boolean;
  readonly measure: Series;
  readonly when: 'above' | 'below' | 'at least';
  readonly threshold: number;
  readonly periodMinutes: number;
  /** For how many periods in a row. */
  readonly periods: number;
  /** What it means when there are no numbers. */
  readonly withoutData: 'well' | 'badly';
}

/** A few requests at night say nothing about a rate. */
const ENOUGH_CALLS = 50;

export const alarmRows: readonly AlarmRow[] = [
  {
    id: 'error-rate',
    what: 'More than 5 % of all API calls end in a 5xx.',
    pages: true,
    measure: serverErrorRate(ENOUGH_CALLS),
    when: 'above',
    threshold: 5,
    periodMinutes: 5,
    periods: 3,
    withoutData: 'well',
  },
  {
    id: 'defects',
    what: 'What is ours fails: a defect, a missing permission, a wrong configuration, an application that Spotify refuses.',
    pages: true,
    measure: { from: 'logs', metric: 'Defects', stat: 'Sum' },
    when: 'at least',
    threshold: 5,
    periodMinutes: 5,
    periods: 1,
    withoutData: 'well',
  },
  {
    id: 'function-errors',
    what: 'Functions crash, time out or cannot start.',
    pages: false,
    measure: overFunctions('Errors', 'errors'),
    when: 'at least',
    threshold: 1,
    periodMinutes: 5,
    periods: 2,
    withoutData: 'well',
  },
  {
    id: 'hit-latency',
    what: 'The slowest hundredth of hits takes more than 50 ms.',
    pages: false,
    measure: hitLatency('p99', ENOUGH_CALLS),
    when: 'above',
    threshold: 50,
    periodMinutes: 5,
    periods: 3,
    withoutData: 'well',
  },
  {
    id: 'throttles',
    what: 'Lambda refuses to start functions: the account or a function is at its limit of concurrency.',
    pages: true,
    measure: throttledRequests('throttled'),
    when: 'at least',
    threshold: 1,
    periodMinutes: 5,
    periods: 2,
    withoutData: 'well',
  },
  {
    id: 'background-throttles',
    what: 'The sweep or refresh-artists is at the bound of its concurrency: meant to hold, but not for long.',
    pages: false,
    measure: throttledInBackground('throttled'),
    when: 'at least',
    threshold: 1,
    periodMinutes: 15,
    periods: 4,
    withoutData: 'well',
  },
  {
    id: 'table-throttles',
    what: 'DynamoDB throttles a table: traffic grows faster than it scales, or one key is hot.',
    pages: true,
    measure: tableThrottles(),
    when: 'at least',
    threshold: 1,
    periodMinutes: 5,
    periods: 2,
    withoutData: 'well',
  },
  {
    id: 'revocation-spike',
    // A confirmation erases tokens ten minutes later at the earliest: there is one period to decide.
    what: 'Spotify calls an unusual part of all consents revoked: maybe an outage of theirs that looks like it.',
    pages: true,
    measure: revocationRate(10),
    when: 'above',
    threshold: 20,
    periodMinutes: 5,
    periods: 1,
    withoutData: 'well',
  },
  {
    id: 'spotify-failures',
    what: 'More than half of the calls to Spotify fail; readers get old copies.',
    pages: false,
    measure: spotifyFailureRate(ENOUGH_CALLS),
    when: 'above',
    threshold: 50,
    periodMinutes: 5,
    periods: 3,
    withoutData: 'well',
  },
  {
    id: 'cooldown-active',
    what: 'Spotify limits the application: no list is computed until the cool-down ends.',
    pages: false,
    measure: service('CooldownActive'),
    when: 'at least',
    threshold: 1,
    periodMinutes: 5,
    periods: 3,
    withoutData: 'well',
  },
  {
    id: 'failed-events',
    what: 'Asynchronous work failed for good and lies in the queue of failures.',
    pages: false,
    measure: { from: 'failures', metric: 'ApproximateNumberOfMessagesVisible', stat: 'Maximum' },
    when: 'at least',
    threshold: 1,
    periodMinutes: 5,
    periods: 1,
    withoutData: 'well',
  },
  {
    id: 'sweep-missing',
    what: 'The hourly sweep has not finished for three hours.',
    pages: false,
    measure: service('SweepHeartbeat'),
    when: 'below',
    threshold: 1,
    periodMinutes: 60,
    periods: 3,
    withoutData: 'badly',
  },
  {
    id: 'sweep-unfinished',
    what: 'The sweep runs out of time every hour and leaves work behind.',
    pages: false,
    measure: service('SweepUnfinished'),
    when: 'at least',
    threshold: 1,
    periodMinutes: 60,
    periods: 3,
    withoutData: 'well',
  },
  {
    id: 'hit-rate',
    what: 'Fewer than 95 % of the requests of connected users were hits, for three hours.',
    pages: false,
    // Under this, new users alone can push it down.
    measure: hitRateOfConnected(1_000),
    when: 'below',
    threshold: 95,
    periodMinutes: 60,
    periods: 3,
    withoutData: 'well',
  },
  {
    id: 'unreadable-entries',
    what: 'Stored lists cannot be read: a damaged or an unknown format.',
    pages: false,
    measure: service('UnreadableEntries'),
    when: 'at least',
    threshold: 10,
    periodMinutes: 5,
    periods: 3,
    withoutData: 'well',
  },
];
