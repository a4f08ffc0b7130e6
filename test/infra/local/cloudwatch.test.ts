import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isEmf, parseEmf } from '../../../infra/local/cloudwatch/emf.ts';
import { createCloudWatch } from '../../../infra/local/cloudwatch/get-metric-data.ts';
import { createMetricStore } from '../../../infra/local/cloudwatch/metric-store.ts';
import { NOON } from '../../support/a-clock.ts';

const MINUTE = 60_000;

function aRecord({ aws = {}, directive = {}, ...members }: Record<string, object> & { aws?: object } = {}) {
  const CloudWatchMetrics = [
    {
      Namespace: 'Ours',
      Dimensions: [['service']],
      Metrics: [{ Name: 'Hits', Unit: 'Count' }],
      ...directive,
    },
  ];
  return JSON.stringify({
    _aws: { Timestamp: NOON, CloudWatchMetrics, ...aws },
    service: 'cache',
    Hits: 1,
    ...members,
  });
}

describe('a line of the embedded metric format', () => {
  it('is told from all others', () => {
    expect(isEmf(aRecord())).toBe(true);
    expect(isEmf('{"level":"INFO","message":"_aws"}')).toBe(false);
  });

  it('says its metrics once for each set of dimensions', () => {
    const twice = aRecord({ directive: { Dimensions: [['service'], []] } });
    expect(parseEmf(twice, NOON)).toEqual([
      {
        namespace: 'Ours',
        metric: 'Hits',
        dimensions: { service: 'cache' },
        unit: 'Count',
        timestampMs: NOON,
        values: [1],
      },
      expect.objectContaining({ dimensions: {} }),
    ]);
  });

  const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
  it.each<[string, string]>([
    ['that is cut off', aRecord().slice(0, -3)],
    ['without a namespace', aRecord({ directive: { Namespace: '' } })],
    ["in AWS's own namespace", aRecord({ directive: { Namespace: 'AWS/Lambda' } })],
    ['with 31 dimensions', aRecord({ directive: { Dimensions: [names(31)] } })],
    ['with a dimension that it does not have', aRecord({ directive: { Dimensions: [['stage']] } })],
    ['with 101 metrics', aRecord({ directive: { Metrics: names(101).map((Name) => ({ Name })) } })],
    ['with a unit that is none', aRecord({ directive: { Metrics: [{ Name: 'Hits', Unit: 'count' }] } })],
    ['with a metric that it does not have', aRecord({ directive: { Metrics: [{ Name: 'Misses' }] } })],
    ['with text for a value', aRecord({ Hits: '1' as never })],
    ['with a value beyond all bounds', aRecord({ Hits: 1e200 as never })],
    ['without a time', aRecord({ aws: { Timestamp: undefined } })],
    ['of two weeks ago', aRecord({ aws: { Timestamp: NOON - 15 * 24 * 60 * MINUTE } })],
    ['of the day after', aRecord({ aws: { Timestamp: NOON + 24 * 60 * MINUTE } })],
  ])('is refused %s', (_what, line) => {
    expect(() => parseEmf(line, NOON)).toThrow(expect.objectContaining({ name: 'MalformedEmf' }));
  });
});

describe('GetMetricData', () => {
  const SECONDS = NOON / 1000;
  function measured(values: readonly number[], minutesAgo = 0, dimensions = { service: 'cache' }) {
    const timestampMs = NOON - minutesAgo * MINUTE;
    return { namespace: 'Ours', metric: 'Latency', dimensions, unit: 'Milliseconds', timestampMs, values };
  }
  function asking(store = createMetricStore(undefined)) {
    const cloudWatch = createCloudWatch(store);
    const query = (Stat: string, more: object = {}, Dimensions = [{ Name: 'service', Value: 'cache' }]) => ({
      Id: 'one',
      MetricStat: {
        Metric: { Namespace: 'Ours', MetricName: 'Latency', Dimensions },
        Period: 3_600,
        Stat,
        ...more,
      },
    });
    const ask = (queries: unknown, more: object = {}) =>
      cloudWatch.GetMetricData({
        MetricDataQueries: queries,
        StartTime: SECONDS - 3_540,
        EndTime: SECONDS + 60,
        ...more,
      });
    return { store, query, ask };
  }

  it.each([
    ['Sum', 5_050],
    ['SampleCount', 100],
    ['Average', 50.5],
    ['Minimum', 1],
    ['Maximum', 100],
    ['p50', 50],
    ['p99', 99],
    ['p99.9', 100],
  ])('%s over a period', async (stat, value) => {
    const { store, query, ask } = asking();
    store.add(measured(Array.from({ length: 100 }, (_, i) => i + 1)));
    const { MetricDataResults } = await ask([query(stat)]);
    expect(MetricDataResults).toEqual([
      { Id: 'one', Label: 'Latency', Timestamps: [SECONDS - 3_540], Values: [value], StatusCode: 'Complete' },
    ]);
  });

  it('begins periods with the start, leaves out the end, and gives none where nothing was measured', async () => {
    const { store, query, ask } = asking();
    for (const minutesAgo of [0, 1, 6, 59, 60]) store.add(measured([1], minutesAgo));
    const range = { StartTime: SECONDS - 3_540, EndTime: SECONDS, ScanBy: 'TimestampAscending' };
    const { MetricDataResults } = await ask([query('Sum', { Period: 300 })], range);
    expect(MetricDataResults[0]).toMatchObject({
      Timestamps: [SECONDS - 3_540, SECONDS - 540, SECONDS - 240],
      Values: [1, 1, 1],
    });
    const latestFirst = await ask([query('Sum', { Period: 300 })], { EndTime: SECONDS });
    expect(latestFirst.MetricDataResults[0]?.Timestamps[0]).toBe(SECONDS - 240);
  });

  it('matches dimensions exactly', async () => {
    const { store, query, ask } = asking();
    store.add(measured([1]));
    const { MetricDataResults } = await ask([query('Sum', {}, [])]);
    expect(MetricDataResults[0]).toMatchObject({ Values: [], StatusCode: 'Complete' });
  });

  it('goes on where a page ended', async () => {
    const { store, query, ask } = asking();
    for (let minutesAgo = 0; minutesAgo < 5; minutesAgo++) store.add(measured([minutesAgo], minutesAgo));
    const queries = [query('Sum', { Period: 60 }), { ...query('Sum', { Period: 60 }), Id: 'two' }];
    const found: Record<string, number[]> = { one: [], two: [] };
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await ask(queries, { MaxDatapoints: 3, ...(NextToken && { NextToken }) });
      for (const { Id, Values } of page.MetricDataResults) found[Id]?.push(...Values);
      NextToken = page.NextToken;
      pages++;
    } while (NextToken);
    expect(pages).toBe(4);
    expect(found).toEqual({ one: [0, 1, 2, 3, 4], two: [0, 1, 2, 3, 4] });
  });

  it('is still there after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'metrics-'));
    const keptIn = join(directory, 'metrics.json');
    const before = createMetricStore(keptIn);
    before.add(measured([3, 4]));
    before.close();
    const { query, ask } = asking(createMetricStore(keptIn));
    expect((await ask([query('Sum')])).MetricDataResults[0]?.Values).toEqual([7]);
    rmSync(directory, { recursive: true });
  });

  it.each<[string, (query: ReturnType<typeof asking>['query']) => [unknown, object?]]>([
    ['an id that begins with a capital', (query) => [[{ ...query('Sum'), Id: 'One' }]]],
    ['an id twice', (query) => [[query('Sum'), query('Average')]]],
    [
      'more than 500 queries',
      (query) => [Array.from({ length: 501 }, (_, i) => ({ ...query('Sum'), Id: `q${i}` }))],
    ],
    ['a period of 90 s', (query) => [[query('Sum', { Period: 90 })]]],
    ['a statistic that is none', (query) => [[query('p101')]]],
    ['an expression, which is not stood in for', () => [[{ Id: 'sum', Expression: 'a + b' }]]],
    ['an end before its start', (query) => [[query('Sum')], { EndTime: SECONDS - 7_200 }]],
    ['a member that is unknown', (query) => [[query('Sum')], { Region: 'eu' }]],
    ['nothing to return', (query) => [[{ ...query('Sum'), ReturnData: false }]]],
    ['a token that was never given', (query) => [[query('Sum')], { NextToken: 'x' }]],
  ])('refuses %s', async (_what, input) => {
    const { query, ask } = asking();
    await expect(ask(...input(query))).rejects.toMatchObject({ name: 'AwsError', status: 400 });
  });
});
