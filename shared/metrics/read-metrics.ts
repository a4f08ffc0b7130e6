import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { ErrorCode } from '../errors.ts';
import { asStorageError } from '../storage/document-client.ts';
import { CODE_DIMENSION, type MetricName } from './names.ts';

/** One line of figures: a metric, and what is to be known of its values in each period. */
export interface MetricQuery {
  metric: MetricName;
  stat: 'Sum' | 'SampleCount' | 'p50' | 'p90' | 'p99';
  /** Of errors, those with this code alone. */
  code?: ErrorCode;
}

/** Both ends on whole minutes, which is how CloudWatch keeps figures. */
interface MetricRange {
  fromMs: number;
  toMs: number;
  /** A multiple of 60. */
  periodSeconds: number;
}

export interface DataPoint {
  /** The beginning of its period. */
  atMs: number;
  value: number;
}

interface ReadMetricsDeps {
  client: Pick<CloudWatchClient, 'send'>;
  namespace: string;
  service: string;
  stage: string;
}

export type ReadMetrics = ReturnType<typeof createReadMetrics>;

/**
 * Reads metrics back from CloudWatch, up to 500 at once. `queries` name each; the names are made of letters, digits and
 * `_`, and begin with a small letter. A period in which nothing was counted has no point.
 *
 * @throws StorageUnavailable when CloudWatch does not answer, or not wholly
 */
export function createReadMetrics({ client, namespace, service, stage }: ReadMetricsDeps) {
  function dataQuery([Id, { metric, stat, code }]: [string, MetricQuery], Period: number): MetricDataQuery {
    const dimensions = { service, stage, ...(code === undefined ? {} : { [CODE_DIMENSION]: code }) };
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Metric = { Namespace: namespace, MetricName: metric, Dimensions };
    return { Id, MetricStat: { Metric, Period, Stat: stat } };
  }

  return async function readMetrics(
    queries: Readonly<Record<string, MetricQuery>>,
    { fromMs, toMs, periodSeconds }: MetricRange,
  ): Promise<ReadonlyMap<string, readonly DataPoint[]>> {
    const found = new Map<string, DataPoint[]>();
    let NextToken: string | undefined;
    do {
      const command = new GetMetricDataCommand({
        MetricDataQueries: Object.entries(queries).map((query) => dataQuery(query, periodSeconds)),
        StartTime: new Date(fromMs),
        EndTime: new Date(toMs),
        ScanBy: 'TimestampAscending',
        NextToken,
      });
      const page = await client.send(command).catch(rethrow);
      for (const [id, points] of pointsOf(page)) found.set(id, [...(found.get(id) ?? []), ...points]);
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  };
}

function pointsOf({ MetricDataResults = [] }: GetMetricDataCommandOutput): [string, DataPoint[]][] {
  return MetricDataResults.map(({ Id = '', StatusCode, Timestamps = [], Values = [] }) => {
    // `PartialData` goes on with the next page.
    if (StatusCode === 'InternalError' || StatusCode === 'Forbidden')
      throw asStorageError(new Error(`a metric could not be read: ${StatusCode}`), 'CloudWatch');
    return [Id, Timestamps.map((at, i) => ({ atMs: at.getTime(), value: Values[i] ?? 0 }))];
  });
}

function rethrow(error: unknown): never {
  throw asStorageError(error, 'CloudWatch');
}
