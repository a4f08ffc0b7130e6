import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Duration } from 'aws-cdk-lib/core';
import { CODE_DIMENSION, type MetricName, type PageErrorCode } from '../../shared/metrics/names.ts';
import type { FunctionName } from '../functions.ts';
import { METRICS_NAMESPACE, nameOf, SERVICE } from '../names.ts';

export type TableName = 'cache' | 'account';
type Statistic = 'Sum' | 'Average' | 'Maximum' | 'SampleCount' | 'p50' | 'p90' | 'p99';

/** One line of a graph or the measure of an alarm, as data. */
export type Series =
  /** What the functions emit. */
  | {
      readonly from: 'service';
      readonly metric: MetricName;
      readonly stat: Statistic;
      /** Of errors, those with this code alone. */
      readonly code?: PageErrorCode;
      readonly label?: string;
    }
  /** Lines of the logs that a metric filter counts. */
  | { readonly from: 'logs'; readonly metric: 'Defects'; readonly stat: 'Sum'; readonly label?: string }
  | {
      readonly from: 'lambda';
      readonly metric: 'Errors' | 'Throttles' | 'ConcurrentExecutions' | 'Duration';
      readonly fn: FunctionName;
      readonly stat: Statistic;
    }
  | {
      readonly from: 'table';
      readonly metric:
        | 'ConsumedReadCapacityUnits'
        | 'ConsumedWriteCapacityUnits'
        | 'ReadThrottleEvents'
        | 'WriteThrottleEvents';
      readonly table: TableName;
      /** The index whose own events these are: those of the table leave them out. */
      readonly index?: string;
      readonly stat: 'Sum';
    }
  | {
      readonly from: 'api';
      readonly metric: 'Count' | '4xx' | '5xx' | 'Latency';
      readonly stat: Statistic;
      readonly label?: string;
    }
  | {
      readonly from: 'failures';
      readonly metric: 'ApproximateNumberOfMessagesVisible';
      readonly stat: 'Maximum';
    }
  | {
      readonly from: 'math';
      readonly expression: string;
      /** What the expression's names stand for. */
      readonly using: Readonly<Record<string, Series>>;
      readonly label: string;
    };

/** What is watched: everything else is known by its name. */
export interface Watched {
  readonly stage: 'dev' | 'prod';
  readonly apiId: string;
}

/** The metric of CloudWatch that a series stands for. */
export function metricOf(series: Series, watched: Watched, period: Duration): IMetric {
  if (series.from === 'math') {
    const { expression, label, using } = series;
    const usingMetrics = Object.fromEntries(
      Object.entries(using).map(([name, part]) => [name, metricOf(part, watched, period)]),
    );
    return new MathExpression({ expression, label, usingMetrics, period });
  }
  const { namespace, dimensionsMap, metricName, label } = placeOf(series, watched);
  const statistic = series.stat === 'SampleCount' ? Stats.SAMPLE_COUNT : series.stat;
  return new Metric({ namespace, metricName, dimensionsMap, label, statistic, period });
}

function placeOf(series: Exclude<Series, { from: 'math' }>, watched: Watched) {
  const { metric: metricName } = series;
  switch (series.from) {
    case 'service':
      return {
        namespace: METRICS_NAMESPACE,
        metricName,
        dimensionsMap: {
          service: SERVICE,
          stage: watched.stage,
          ...(series.code === undefined ? {} : { [CODE_DIMENSION]: series.code }),
        },
        label: series.label ?? metricName,
      };
    case 'logs':
      return {
        namespace: METRICS_NAMESPACE,
        metricName: defectsMetric(watched),
        dimensionsMap: {},
        label: series.label ?? metricName,
      };
    case 'lambda':
      return {
        namespace: 'AWS/Lambda',
        metricName,
        dimensionsMap: { FunctionName: nameOf(watched, series.fn) },
        label: series.fn,
      };
    case 'table':
      return {
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: {
          TableName: nameOf(watched, series.table),
          ...(series.index === undefined ? {} : { GlobalSecondaryIndexName: series.index }),
        },
        label: series.index ?? series.table,
      };
    case 'api':
      return {
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiId: watched.apiId, Stage: '$default' },
        label: series.label ?? metricName,
      };
    case 'failures':
      return {
        namespace: 'AWS/SQS',
        metricName,
        dimensionsMap: { QueueName: nameOf(watched, 'failures') },
        label: 'events that failed for good',
      };
  }
}

/** A metric filter cannot take the stage from a line of the log: it stands in the name. */
export function defectsMetric({ stage }: Pick<Watched, 'stage'>): string {
  return `Defects-${stage}`;
}
