import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { StorageUnavailable } from '../../../shared/errors.ts';
import { CODE_DIMENSION } from '../../../shared/metrics/names.ts';
import { createReadMetrics } from '../../../shared/metrics/read-metrics.ts';
import { NOON } from '../../support/a-clock.ts';

const cloudwatch = mockClient(CloudWatchClient);
beforeEach(() => void cloudwatch.reset());

const readMetrics = createReadMetrics({
  client: new CloudWatchClient({}),
  namespace: 'Artists',
  service: 'cache',
  stage: 'test',
});
const RANGE = { fromMs: NOON - 3_600_000, toMs: NOON, periodSeconds: 3600 };
const hits = { metric: 'Hits', stat: 'Sum' } as const;

const result = (
  Id: string,
  values: number[],
  StatusCode: 'Complete' | 'PartialData' | 'Forbidden' = 'Complete',
) => ({
  Id,
  StatusCode,
  Timestamps: values.map((_, i) => new Date(RANGE.fromMs + i * 60_000)),
  Values: values,
});

describe('reading metrics back', () => {
  it('asks for each by the dimensions under which it was written: errors by code have one more', async () => {
    cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });

    await readMetrics({ hits, slow: { metric: 'Errors', stat: 'Sum', code: 'SPOTIFY_UNAVAILABLE' } }, RANGE);

    const { MetricDataQueries, ...range } = cloudwatch.call(0).args[0].input as never as Record<
      string,
      unknown
    >;
    expect(range).toMatchObject({ StartTime: new Date(RANGE.fromMs), EndTime: new Date(NOON) });
    const base = [
      { Name: 'service', Value: 'cache' },
      { Name: 'stage', Value: 'test' },
    ];
    expect(MetricDataQueries).toEqual([
      {
        Id: 'hits',
        MetricStat: {
          Metric: { Namespace: 'Artists', MetricName: 'Hits', Dimensions: base },
          Period: 3600,
          Stat: 'Sum',
        },
      },
      {
        Id: 'slow',
        MetricStat: {
          Metric: {
            Namespace: 'Artists',
            MetricName: 'Errors',
            Dimensions: [...base, { Name: CODE_DIMENSION, Value: 'SPOTIFY_UNAVAILABLE' }],
          },
          Period: 3600,
          Stat: 'Sum',
        },
      },
    ]);
  });

  it('reads on while there is a next page, and adds what is partial to what follows', async () => {
    cloudwatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [result('hits', [3], 'PartialData')], NextToken: 'more' })
      .resolvesOnce({ MetricDataResults: [result('hits', [4])] });

    const found = await readMetrics({ hits }, RANGE);

    expect(found.get('hits')?.map(({ value }) => value)).toEqual([3, 4]);
    expect(cloudwatch.call(1).args[0].input).toMatchObject({ NextToken: 'more' });
  });

  it('has no point where nothing was counted', async () => {
    cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [result('hits', [])] });

    expect((await readMetrics({ hits }, RANGE)).get('hits')).toEqual([]);
  });

  it.each(['Forbidden', 'InternalError'] as const)(
    'is not silent about a metric that is %s',
    async (status) => {
      cloudwatch
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [result('hits', []), result('misses', [], status as never)] });

      await expect(readMetrics({ hits }, RANGE)).rejects.toThrow(StorageUnavailable);
    },
  );

  it('says that storage is unavailable when CloudWatch is, whatever page it was', async () => {
    cloudwatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [result('hits', [3])], NextToken: 'more' })
      .rejectsOnce(new Error('Throttling'));

    await expect(readMetrics({ hits }, RANGE)).rejects.toThrow(StorageUnavailable);
  });
});
